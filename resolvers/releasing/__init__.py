"""The ledger and the previous release become the next one, which everybody reads (rule R9).

publish  the flow of `publishRelease`
ledger   the verified numbers, read once
stored   a release's tables, as rows and back
report   what a release merges, withholds and changes, for staff

The rule itself is resolvers/release.py; resolvers/released.py answers from what is stored.
"""
