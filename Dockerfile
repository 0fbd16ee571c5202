# One image, four commands: cuiban web · celery -A reminders.worker worker · … beat · cuiban migrate.
# It runs as uid 10001 and writes nothing but /data (only without PostgreSQL) and /tmp.
ARG PYTHON=3.11

FROM python:${PYTHON}-slim AS build
# A mirror of the package index, where there is one: docker build --build-arg PIP_INDEX_URL=…
ARG PIP_INDEX_URL
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/cuiban
WORKDIR /src
# The libraries change seldom, the code often: a layer of their own keeps a rebuild short.
COPY pyproject.toml constraints.txt README.md LICENSE ./
RUN mkdir schedules channels reminders \
    && /opt/cuiban/bin/pip install --quiet -c constraints.txt . \
    && /opt/cuiban/bin/pip uninstall --quiet --yes cuiban
COPY schedules schedules
COPY channels channels
COPY reminders reminders
RUN rm -rf build && /opt/cuiban/bin/pip install --quiet -c constraints.txt .

FROM python:${PYTHON}-slim
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin cuiban \
    && install -d -o cuiban -g cuiban -m 700 /data
COPY --from=build /opt/cuiban /opt/cuiban
# SIGQUIT is Celery's soft shutdown: the job in hand ends, or is put back after ten seconds.
ENV PATH=/opt/cuiban/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    REMAP_SIGTERM=SIGQUIT \
    CUIBAN_DATA_DIR=/data \
    CUIBAN_HOST=0.0.0.0
WORKDIR /data
USER 10001:10001
EXPOSE 8765
CMD ["cuiban", "web"]
