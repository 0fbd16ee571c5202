"""The pages: the acknowledgement link, the local mailbox and the health of the service."""
