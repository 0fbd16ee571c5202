"""How much is read, and the sentences that refuse more. Checked before a parser runs wherever that can be known."""

from typing import Final

from reminders.documents.grid import Document, Grid
from reminders.exceptions import DocumentTooLarge

MAX_BYTES: Final = 30 * 1024 * 1024
MAX_ROWS: Final = 20_000
MAX_COLUMNS: Final = 200
MAX_COVERED: Final = 2 * MAX_ROWS * MAX_COLUMNS  # positions that the cells of one table may cover together
MAX_TEXT: Final = 8_000_000  # characters of the whole document
MAX_PIECE: Final = 50_000  # characters of one cell or line: longer is no text that an office wrote
MAX_PAGES: Final = 400
MAX_MEMBERS: Final = 3_000  # files inside one docx or xlsx
MAX_MEMBER: Final = 64 * 1024 * 1024  # bytes of one of them, unpacked
MAX_UNPACKED: Final = 128 * 1024 * 1024
MAX_RATIO: Final = 250  # unpacked to packed, for members over RATIO_FROM
RATIO_FROM: Final = 4 * 1024 * 1024
PARSER_MEMORY: Final = 512 * 1024 * 1024
PARSER_SECONDS: Final = 20


def refuse_too_many_bytes(size: int, name: str) -> None:
    """DocumentTooLarge for a file over MAX_BYTES."""
    if size > MAX_BYTES:
        raise DocumentTooLarge(
            f"文件「{name}」有 {size / 1024 / 1024:.0f} MB，超过 {MAX_BYTES // 1024 // 1024} MB 的上限："
            "请删去图片和附件，只留方案正文后再导入。"
        )


def refuse_too_many_rows(rows: int, name: str) -> None:
    """DocumentTooLarge for more rows or paragraphs than MAX_ROWS."""
    if rows > MAX_ROWS:
        raise DocumentTooLarge(
            f"「{name}」有 {rows} 行，超过 {MAX_ROWS} 行的上限：请删去与方案无关的工作表和空白行后再导入。"
        )


def refuse_oversized_text(document: Document, name: str) -> None:
    """DocumentTooLarge for a parsed document that passes the limits of rows, columns, cell length or text."""
    total = rows = 0
    for block in document.blocks:
        rows += block.height if isinstance(block, Grid) else 1
        if isinstance(block, Grid) and block.width > MAX_COLUMNS:
            raise DocumentTooLarge(
                f"文件「{name}」{block.name}有 {block.width} 列，超过 {MAX_COLUMNS} 列的上限：请只保留任务表的各列。"
            )
        if isinstance(block, Grid):
            refuse_overlapping(block, name)
        for text, place in _pieces(block):
            total += len(text)
            if len(text) > MAX_PIECE:
                raise DocumentTooLarge(
                    f"文件「{name}」{place}有一段 {len(text)} 字，超过 {MAX_PIECE} 字的上限：请检查该处内容。"
                )
    refuse_too_many_rows(rows, name)
    if total > MAX_TEXT:
        raise DocumentTooLarge(f"文件「{name}」共 {total} 字，超过 {MAX_TEXT} 字的上限：请只保留方案正文后再导入。")


def refuse_overlapping(grid: Grid, name: str) -> None:
    """DocumentTooLarge for merged cells that together cover more than any table: they can only overlap."""
    if sum(cell.rowspan * cell.colspan for cell in grid.cells) > MAX_COVERED:
        raise DocumentTooLarge(f"文件「{name}」{grid.name}的合并单元格大小反常：请取消多余的合并后再导入。")


def _pieces(block: object) -> list[tuple[str, str]]:
    if isinstance(block, Grid):
        return [(cell.text, block.places[cell.row]) for cell in block.cells]
    return [(block.text, block.place)]  # type: ignore[attr-defined]
