"""The count rules: statements become numbers (product.md B4), as relations of one SQL statement that nothing is correlated to.

In the order in which a number is made:

dimensions     what numbers are grouped and filtered by, and how values are written: sets of members (R3)
cohorts        a population's values in the dimensions of cohorts
ledger         the request; what the viewer's numbers can rest on: R0, and one pass over the statements that adds them up
sets           claim sets, and the partner chosen for each population (R0, R1)
candidates     its sets, and those of them that answer a question (R1, R2)
choice         the same for a focal point, as the body of a function that the database runs in its stead
chosen         what that gives, cut to the focal point's own member state
filters        what a filter on the dimensions of statements keeps of the sets
levels         filter, split, remainder and precision of each population (R2, R6)
labels         values as they are shown
rows           what populations give, grouped by key (R2, R3)
fates          what became of each statement: what it gives, or why it gives nothing
explanations   why populations give what they give
omissions      why others give no number
events         which sets disagree
participation  the answer: table (R4), rows, pendingDelta (R8), events, explanations, omissions

R5, that no stage is inferred from another, is that a request has one measure. R7 is a matter of submitting.
"""

from resolvers.counting.dimensions import Dimension
from resolvers.counting.explanations import Explained
from resolvers.counting.ledger import Request
from resolvers.counting.participation import Participation, participation

__all__ = ["Dimension", "Explained", "Participation", "Request", "participation"]
