"""What is told of people ends: one person is erased, those whose time is over are, and a person's own data is given out.

certificates    destroys what is told of a participant, and certifies it
participants    `eraseParticipant`: whom, for whom
retention       what is kept longer than agreements say
subject         all that is stored about a person
"""
