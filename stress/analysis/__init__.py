"""Questions an analyst asks of a deal; each module drives the engine to one answer.

breakeven       the largest multiple of a shock at which a note is paid in full
sizing          note shares that meet a target, and a fresh run that proves it
reverse         the most likely factor path that makes a note lose
sensitivity     what moves a measure most: a tornado on common random numbers
bands           the EL-implied band of a note by a table that the user can replace (never a rating)
calibrate_pool  entry rates that meet static default targets

Every answer is a NamedTuple with its errors; `stress.report.figures.answers` draws it.
"""
