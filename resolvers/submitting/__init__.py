"""What partners send becomes the ledger, and what staff decide changes it. A fixed number of SQL statements, whatever the records.

submit, in the order in which it works:

submit        the flow
envelopes     a submission's key, digest and control totals
stored        what records can refer to and are compared with
records       records as drafts;  contents: the fields of each kind;  rules: what a field must satisfy
outcomes      what becomes of each record
stored_claims the counts that they stand beside
weighing      counts judged together;  consistency: the rules of that;  claims: slices and claim sets
entries       stores a submission and what it changes

decide        the flow;  rulings: what can be decided, and what that changes
issues        the codes of everything that can be said about a record, with their messages
"""
