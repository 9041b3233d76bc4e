"""The published page, and what it takes to serve it, as data files; and their loader.

*.toml       one file for each subject: verbatim labels beside corrected names, sources in the comments
files        the files as records
subjects     what each file's records become: tables, columns, references, parts
records      one record -> columns: references resolved, unknown fields refused
comparison   the rows that the files give beside the rows that are stored, for one table at a time
loader       load(): files -> rows -> what differs is written, and said in the outbox
"""

from models.reference.files import Reference, read
from models.reference.loader import LoadReport, load

__all__ = ["LoadReport", "Reference", "load", "read"]
