"""Who has access: clients with their credentials, and the agreements that open a partner's access. Changed by administrators.

standing      the caller's own access is asked for again
answers       what a change of access answers, and whom it is for
clients       clients are made, and their credentials renewed and revoked
agreements    agreements are made and ended
"""
