"""What IMPACS makes of what partners sent: accepted, the same run, counted by individuals, public. A fixed number of SQL statements.

targets     the rows that a request names, its turn, what becomes of each, the payload
accept      cohorts are accepted, with the courses and programmes that they need
join        which cohorts are one run;  populations: whether counts stay consistent if cohorts move
visibility  who may see a course, a cohort or a statement
known       what everybody knows of a population, and whether more of it may be shown;  telling: whether counts tell of a few people
policy      whether a cohort's numbers come from counts or from individuals
"""
