"""The middle floor: what each field means, and how an operation becomes bytes. Knows neither HTTP nor Strawberry.

execute       the doorway: request + Viewer -> bytes
compiler/     a query -> one SQL statement
fields        the words that a field's meaning is declared with
queries       the meaning of every type, by name
places agencies courses statements figures access receipts participation clients erasures audit    one file per subject
counting/     the count rules R0-R8
submitting/   submit and decide: the ledger and its changes
admitting/    who has access: clients, credentials, agreements
erasing/      what is told of people ends
explain       an operation's plan and SQL, for people
recording     what a change leaves in the audit log
errors        the tree of refusals
"""
