"""A job as arrays: what an analyst wrote becomes the tables that the kernels read.

problem        a whole job: deal, pool and scenarios as one `Problem`
contract       the deal: notes, fees, accounts, triggers, steps of the priority of payments
calendar       months, payment dates and days of accrual
receivables    the pool: what it holds at cut-off and what it buys
profiles       how a month's purchases pay off
turnover       how fast a pool of revolving lines turns over
months         rates of every month and scenario: shocks in order
market         index rates and discount curves
by_path        what differs from path to path: uncertain inputs, mixtures
swing          macro variables that are drawn
polynomial     links of a rate to drawn macro variables, as polynomials
heterogeneity  spread of obligors within a segment
"""
