"""The compiled simulation: what one path does, step by step.

This page is the accounting that the kernels compute, its second page, `stress.kernels.chance`, what is drawn and the
rates that come of it. The slow plain-Python model in the tests is written from the two alone. Money is in the deal's
currency, rates are fractions, `t` = 1..T counts months from closing (T = months to legal maturity). The stages cite
the numbers of these rules: "Step 2", "Determination 4", "Payment 1".

**Dates.** Closing is the cut-off, the last day of a month; collection period t is the t-th calendar month after it,
payment date t the payment day of the month after that. Notes are issued at the issue date (closing, where none is
given). The first payment is that of period F: of the first payment date after issue, or of the one that is given. Late
issue: F > 1. Before it, for t < F:
- the pool moves, and a deal that buys at each step buys, from the cut-off on;
- nothing is paid: no step of the priority runs (a deal that buys at payment dates buys at the first), and what has been
  collected stays in its accounts, for the payment of period F;
- interest and fees accrue from issue, simple, and are due at F: no accrual is negative; a fee that is fixed or by a
  formula begins with F;
- no trigger and no condition is tested, and no pool is cleaned up. A month of an average before F does not count.

**Clock.** The pool is C cohorts; cohort c moves once a month, at step (t, c), c = 0..C-1. `monthly` C = 1; `daily` C
= 30 (cohort c falls due on day c + 1; the opening pool is split equally); `payment_date` C = 3 (the opening pool is
all in cohort 0, due on the 1st; purchases join cohort 1, due on the payment day; cohort 2 is empty: its step is the
month end; a deal that would buy at each step buys nothing on it, and a job with both is refused).

**Billing** (daily clock). Left out, a purchase at step (t, c) joins cohort c: its first slot falls due D = 30 days
later, on the anniversary of the order. With billing dates b_1..b_B (days 1..30) and n days from a billing date to the
due day (1..30), a purchase on day d = c + 1 is split into B equal parts, one a billing date; that of date b waits for
the next bill (of the day itself, if d = b) and falls due n days after it: D = (b - d) mod 30 + n days later, 1 to 59.
The part joins cohort (c + D) mod 30 and its first slot falls due at the D-th step after (t, c), in month
t + (c + D) div 30; the later slots follow month by month. Where D > 30 one step of that cohort passes before: nothing
of the part falls due at it, but it is part of P. The opening pool is split equally over the cohorts of the due days
(b + n - 1) mod 30 + 1, and its first slots fall due in month 1.

**State** of a cohort, segment and stage: performing balance P, delinquent balances M1..MB (Mb is 30 (b - 1) + 1 to 30 b
days late; B = 3 unless the ladder says otherwise), and the profile of P: principal D[r] and fee F[r] falling due r
steps ahead (r = 1, 2, ...; sum of D = P). A segment without stages has one.

**Stages.** What is bought joins the first stage. After step 4 the share moves_on(i) of P in stage i, with that share of
all D and F, joins stage i + 1, from every stage at once. Entry and prepayment rates are those of the stage, all else is
the segment's. What is late does not season: a cure rejoins the stage it left. An opening loan that has paid a
instalments is spread over the stages as a loan is that was bought a steps ago and never late: pi(a) = (moves)^a of
stage 1; of the steady state of cards pi = m sum_a (1 - m)^a pi(a), m the payment rate. Opening delinquent balances of a
segment are in its stages in proportion to performing balance x entry rate (x 1 where no stage has any).

**Quality.** What is bought in month j has for life new_default_odds(j) times the odds of entry of its segment, in each
stage and whatever a scenario makes of them by month; the rate is held at 0.99. A roll with an elasticity has odds times
new_default_odds(j) to that power. All else is the segment's, the normal e_own too. What stands in the pool at closing
has 1. A segment of each multiple counts as one of its own where obligors are counted: (number of the multiple x
segments + segment) x stages + stage, multiples in the order in which they are first bought, the first 1.

**Ladder.** Of Mb the share r_b rolls on, from MB to default. Of what does not roll the share c_b cures, q_b[i] pays its
way down to M(b - i), and the others stay (q_b[0]): c_b and q_b are shares of the unconditional month's rest, the roll
alone moves with the factors. Left out, all that does not roll cures.

**Loans.** A unit of principal of a plan of n instalments at the annual rate i has the scheduled balance B[1] = 1, B[2],
.., B[n] before each instalment, B[n + 1] = 0: D[r] = B[r] - B[r + 1] and F[r] = i / 12 B[r] + f, with f the flat
monthly fee on original principal. By kind: equal_principal B[r] = (n - r + 1) / n. level: D[r] + i / 12 B[r] the same
for all r. interest_only: D = 0 for the first months, then level over the rest. balloon: level as over more months than
n, the rest with the last instalment. bullet: D = 0 until the last. A loan with r instalments left pays the last r of
these. The rate of a purchase moves by apr(t), not below 0, and is held at the cap; where there is none, the APR of the
flat fee moves so. The fee is then lowered until the APR of rate and fee together keeps the cap. Fee-free share x and
fee-free plans (a share a of a segment's steady state) concern the fee alone: the part min(1, (1 - x) / (1 - a)) of its
other loans bears it. The opening pool, where no lines give it, is that steady state: as many loans of a plan with n
(new ones), .., 1 instalments left, without default and prepayment.

Interest may have a calendar; it is then i(r) x share(r) B[r] for the r-th instalment. Floating: i(r) = index level +
margin (+ apr(t) of a purchase), within floor and cap, not below 0, at most the cap of a purchase; the level is that of
the month in which the instalment falls due, or the last one of the form 1 + a multiple of reset_months before it (month
1, where that lies before the deal). Day count: share(r) = days of the collection period in which it falls due / 360 or
365, else 1/12; share(1) of a new loan with another first period = its days / 360 (365 with ACT/365F). Level payments
are then set at the first instalment of this deal and at each reset, as what repays B[r] over the instalments left (a
balloon's: of its longer schedule) at i(r), a twelfth a month; D[r] = payment - interest, at least 0 and at most B[r],
and the last instalment repays the rest. The balances of the steady state, and the fee-free share, are at the level of
month 1 of the deal itself, without a scenario. An origination fee adds to F[1] of a new loan; caps count it.

**Cards.** A pool with a payment rate keeps no profile: the month's payment rate m(t) = min(1, k x payment rate(t))
and the finance charge f = annual yield / 12 act on what is outstanding. At the opening of a step, before its
transitions, D[r] = m (1 - m)^(r - 1) P and F[r] = f (1 - m)^(r - 1) P, one slot later for the part of P that waits for
its bill (D > 30). The steps below then run with k = 1: a payment rate that falls defers nothing, what is not paid
stays in P and bears the finance charge of the months that follow.

**A step (t, c)** uses the month's rates of each segment: entry p, rolls r1..rB, prepayment smm (both conditional
on the factors), and of the month: payment multiplier k, yield multiplier y, dilution d with unpaid share u,
commingled share x(t, c) = min(1, max(0, commingled days(t) C / 30 - c)): the first days' cash is lost.

0. Cash interest: cash_rate (Short rate) / 12 / C on all account balances at the opening of the step (collected and
   available), to income.
1. Transitions on opening balances. Entry e = p P leaves P; all D, F scale by 1 - p. With a ladder: default = rB MB,
   cures Ck = c_k (1 - r_k) Mk; what pays down i buckets (0: stays) pays at once the share min(1, (D[1] + .. + D[i + 1])
   / P) of its principal, and fees likewise, and is late with the rest; then Mk = r_(k-1) M(k-1) + what pays down to it
   or stays, M1 = e + the same. Without: default = e. A cure from Mk pays at once Ck min(1, (D[1] + .. + D[k]) / P) of
   principal and y Ck (F[1] + .. + F[k]) / P of fees, with P, D, F after entry; the rest rejoins P and all D, F scale by
   1 + rest / P. Where P is empty (p > 1 - 1e-9, or below 1e-9 of the cut-off balance), cures are paid in cash and no
   fee, and what stays late pays nothing. Late charge = daily rate x 30 k x Ck + late fee x what is so paid of principal
   and of fees (before y), to income.
2. Scheduled payment: due = min(D[1], P); k due is paid to principal, k y F[1] to income; (1 - k) of both joins slot
   2. P falls by k due. Then the profile shifts: slot 2 becomes slot 1.
3. Prepayment: smm P is paid to principal; P and all D, F scale by 1 - smm. (smm already holds the factor k.)
4. Dilution: d P leaves the pool, all D, F scale by 1 - d; (1 - u) d P is paid to principal, u d P is lost.
5. In the month's last step, recoveries: sum over lag l of lag[l] x recoverable(t - l), to principal; recoverable(t) =
   sum over segments and steps of month t of default x recovery rate (the month's rate, conditional on the recovery
   factor). Of the step's collections (1-5 without cash interest) the share x is lost: principal and income alike.
6. Purchase, when the deal buys at each step, the phase is revolving and t <= revolving_months: with all principal
   cash (collected becomes available) less the larger of what the purchase lag still locks and what is retained for
   senior costs. A lag of n days in month t locks the principal of its steps for n days: a purchase at the step itself
   or before n days have passed, at a payment date too, leaves it; other principal is never locked.

**Purchase** of cash c at price v: face = min(c / v, eligible supply left in this step): plans that end too late are
missing from the supply, and so is what of a term would be above its limit, a share of all that is bought of the
segment; the rest keeps its proportions. Segment s gets mix[s] (its share of that rest) x face, at most limit[s] x (pool
+ X) - balance of s, at least 0, with X the sum of what all get: the largest for which that is so. An ineligible share
is of such a segment, in place of all others alike. Each adds its plan profile to the cohort of the step (first slot due
at the cohort's next step), or to those of its due days (Billing). What cannot be bought stays in its account. Sources
buy one after another. Supply left starts each step at supply(t, c). Eligible supply = need(t, c) x multiple x
originations(t) x eligible share(t), where need is what the deterministic run (unconditional rates, rho 0, no shocks,
triggers off, unlimited supply) buys at that step; 0 on the outage days of the month, c < outage days(t). `unlimited`
never binds, except where the scenario cuts originations (then multiple 1.2 is used) and on outage days. A plan of n
months bought in month t is eligible where t + n + months before legal maturity <= T; where part of some purchase falls
due first in month t + 2 (c + D >= 60), that must hold for t + 1.

**Formulas.** A target, a cap, a condition or what a trigger looks at may be a formula over quantities of the deal. Its
quantities stand as they are when it is used: a trigger's and a condition's at the determination (6, 7), a target's and
a cap's when its step runs, before its first source pays. Only what belongs to a month is of the period's determination
wherever it is used: the flows of the month (defaults, recoveries, principal and income collected and commingled, the
pool at the month's start, what of it is late, a month of senior cost, the level of an index) and the observables of
(7). `pool.overdue_n` is M(1 + n / 30) + .. + MB, of n = 1 all that is late; `segment.NAME` the segment's P + M1..MB, of
all its stages and of receivables of all odds. mean(x, n) is the mean of x at the last n determinations from F on, of
those there are where they are fewer; it is taken before the triggers are tested, and so is ago(x, n), x as it was n
determinations before; 0 where that would be before F. A schedule keeps its value until the next month that it gives;
before the first it is 0. A scenario may move numbers and schedules of the deal's own by month. `year_fraction` is
fraction(t) of the period, by the deal's day count (Determination 1). A quotient is 0 where its divisor is within 1e-9
of 0 (of money: of the cut-off balance), and is held within 1e9 of 0. A comparison is 1 where it holds, else 0.

**Adjusted pool** (`hurdle_rate` h, static deals). As the opening pool is scheduled, without default, prepayment and
delay, a loan has the balance b(t) after month t and pays x(s) in month s: principal, interest, flat fee, origination
fee. Its value is v(t) = min(b(t), sum over s > t of x(s) / (1 + h / 12)^(s - t)). a(t) = sum of v(t) over sum of b(t),
over the loans of all segments, each segment at its share; 1 where nothing is scheduled any more. `pool.adjusted` is
a(t) x the pool as it stands, t the period's month.

**Retention** (`retain_senior_cost`). (1) At the start of month t <= revolving_months (pool, notes, unpaid and accrued
as they stand then): need = sum over the fees and notes that the revolving priority pays from sources that include
principal: interest = the month's accrual + what has accrued since a payment date that did not pay it; fees = the
month's fee (nothing for a fee on interest_income or by a formula); with the monthly clock also what is unpaid of both
(in the others it waits for the payment date of the period before). (2) A purchase from principal, at a step or at a
payment date, leaves (or what the purchase lag still locks, if that is more) waiting + max(0, need - (1 - v) x income
collected this month), where v = sum of rates of all fees on interest_income and income = fees, late charges and cash
interest collected since the determination. (3) At the determination: waiting = max(0, need - (1 - v) x income of the
month), need = 0. Up to the first payment (t <= F) need holds all fees that have accrued, on every clock, and what the
income account holds at the month's start counts as income too. Before a payment, and at dates before F: waiting = 0.

**Determination** at the end of month t (after its last step).
1. Interest accrues on each note: coupon(t) x day-count fraction(t) x (balance + the note's unpaid interest, where that
   bears interest), where the fraction runs from payment date t-1 (the issue date for t = 1, or where issue is later) to
   payment date t, by the note's own day count if it has one; 0 for a payment date before issue. coupon(t) = margin +
   step-up + index level of month t, within cap and floor, never negative. An index given by month keeps its level until
   the next month that is given.
2. Fees due: notes base = rate x fraction(t) x sum of all note balances; pool base = rate x fraction(t) x (current +
   M1..MB) at the month's start; interest_income = rate x (fees and late charges collected in the month); fixed =
   amount; formula = what the formula gives after (3), not below 0. Unpaid fees carry over if the fee says so; what
   accrued before F is not unpaid: it falls due at F. A formula may look at fees that stand above it, with what is due
   of them now; at triggers and the phase as they stand before (6); not at mean or ago, nor at what fees are part of.
3. Deficiency = max(0, deficiency + defaults + unpaid dilution + commingled principal - recoveries of the month).
4. Excess spread(t) = 12 x (month's income - fees due for the month without carry-over - interest accrued for the month
   on all notes - defaults + recoveries) / (current + M1..MB at the month's start); income = fees + late charges + cash
   interest. 0 where the base is below 0.1% of cut-off. Its mean of three months exists from t = F + 2 on.
5. Idle days: after (6) of each step and before any payment, principal cash available (not yet collected this month)
   above 15% of the pool (by more than 1e-9 of cut-off) adds 30 / C days, else the count returns to 0, as it does at a
   payment date before the first payment. The observable is the largest count after any step of the month: cash that
   idled for 30 days and was then spent is seen too.
6. Scheduled end: for t > revolving_months a revolving path passes to amortization. Then triggers are tested; one that
   has been in breach for its number of consecutive months trips. The phase is the later of the present one and the
   effect, in the order revolving, amortization, acceleration, event of default. Early amortization = the first trip
   from the revolving phase. A curable trigger ends when its test has passed for its number of consecutive months: what
   only curable triggers brought about ends with them, the phase that the calendar and the others give returns.
7. Overdue shares: overdue_30 = M2 + .. + MB + stock, overdue_60 = M3 + .. + MB + stock, overdue_90 = M4 + .. + MB +
   stock, over current + M1..MB + stock; stock = defaults of the last write_off_months. default_stock = cumulative
   default - recoveries. payment_rate = (scheduled + prepaid + cured) / pool at the month's start. A month without a
   threshold leaves a trigger's count as it is. Conditions of steps (`when`) are tested here too, over the cut-off
   balance; a step runs where all of its conditions hold.
8. Clean-up: in a phase after revolving, pool below its factor of cut-off, or a condition that holds while there is a
   pool (above 1e-9 of cut-off): the pool (current + M1..MB) is sold to principal, at par or at a price that is a
   formula; what the price is below par adds to the deficiency, what it is above reduces it.
9. Collected income and principal become available.

**Payment** of period t: at once after the determination with the monthly clock (and for t = T always); else in month t
+ 1 at the step of the payment day (step payment_day - 1 daily; 1 with payment_date), after (6).
1. Interest due = unpaid + accrued where the note pays in this month and phase (every so many payment dates as it has
   payment months, the first payment being number 1: t - F + 1 a multiple of them; or t = T; or from F on nothing is
   left of the pool or I: below 1e-9 of cut-off), else unpaid alone. Never negative: a law, measured at every payment.
2. The steps of the path's phase run in order; each uses its sources in order. `pay_principal` pays its notes down to
   its target, together. A shortfall of interest is what stays unpaid (beyond 1e-9 of the original balance) where
   interest was payable. `receive` brings what a party outside the deal pays into an account, `pay_party` pays a party,
   at most an amount from all its sources together; both are formulas. Cash of a party that goes to principal reduces
   the deficiency, principal that is paid to one adds to it. `received` and `paid` of a party are the sums so far.
   `paid_this_year` of a fee is what its steps with a cap have paid in the year: it is 0 again from the start of the
   determination whose payment date falls in the calendar month `year_begins`.
3. A step that pays several notes pari passu divides what it can pay: interest by what is due to each, principal pro
   rata by balance. Of notes in turn a group may be pari passu: it is repaid before any note behind it; the target is
   that of all notes. A transfer moves its share of what each source holds, or at most its amount from all together.
4. A reserve's target is the largest of its parts, at least its floor: an amount (share of cut-off), a share of the
   pool, a share of the notes, months of senior cost. The notes of a target and of an observable are those other than
   the residual note, which is what stands behind them; a fee on notes is charged on all classes.
5. A payment moves the deficiency: principal cash used for anything but note principal, purchases and transfers to
   principal adds to it; other cash used for note principal, purchases or transfers to principal reduces it; a purchase
   also by (1 - v) face, both in one booking; never below 0. Principal cash is that of `principal` and of the accounts
   that the deal names as `principal_accounts`: a principal funding account.
6. `cover_defaults` moves min(deficiency [above the notes junior to `note`], cash) to principal. Residual notes take
   cash as principal first, then as yield.
7. A month of senior cost = the month's fees and the interest accrued for the month on all notes, without carry-over.
8. First loss month: after the payment of period t, pool and all cash stay below the balance of the note and its
   seniors, and what these have been written down by, to the end.
9. `write_down` moves no cash: it lowers the balances of its notes, one after another, by the deficiency as it stands,
   at most its amount in all, and the deficiency by as much. W of a note is what it has been written down by and not
   written up. The deficiency of a deal with such a step has its floor at -(sum of W), not at 0: below 0 it is a
   surplus, principal that has come back, which bears what is lost next; all that looks at the deficiency sees 0 then.
   `write_up` raises balances again, one after another, by the surplus, at most its amount in all and W of each. One that
   corrects an estimate raises them by its amount, at most W of each, whatever the surplus: the ledger of surplus and
   deficiency moves by as much. A group (3) takes its turn as one note and divides by balance, written up by W.
10. After the last step the triggers that are tested after the payment are tested as in Determination 6, with what the
   payment left. The phase that they give holds from the next step and the next payment on.

**Master trusts** (`[trust]`, monthly clock; otherwise none of this). The pool is the principal receivables of a trust,
the deal one series of it: its notes stand on its invested amount I, a claim on the pool, at closing all notes less the
cash of principal accounts. O(t) is the sum of the other series' invested amounts in month t, B the pool at the month's
start. The other series are schedules, the same on every path: no loss, no trigger and no payment of the trust moves
them, and they end no sooner on a bad path. Nothing is sold when a series or the trust ends early: the series has its
share of what cardholders pay until legal maturity, and what it still has invested then is lost. Rules 1-4 stand between
(5) of the month's step and the determination.
1. New receivables: purchase rate x originations(t) x B, in every phase, by the segments' shares in new receivables,
   into the first stage. Cardholders make them: they take no cash of the deal.
2. Floating share f = I / max(B, I + O(t)). The numerator N is I in months of a revolving path up to revolving_months;
   after them it stays what it was in the last (I at closing, where there was none). Fixed share x = N / max(B, N +
   N_O), N_O = sum of the other series' numerators: their invested amounts, which from the month in which one first
   falls until it is 0 stay at what it was before. A share over nothing is 0.
3. Allocated to the series: charge-off = min(I, f x defaults); principal = min(I - charge-off, s x (scheduled + prepaid
   + cured)), s = f in the months of N = I, else x; finance charges f x (fees + late charges + recoveries), to income.
   The commingled share of principal and finance charges is lost. I falls at once by the charge-off and the principal
   that is lost; both are defaults in (3) of the determination. All else that the pool pays never comes to the deal: it
   is the seller's and the other series'. Dilution, made good or not, is the seller's.
4. Account additions: where the seller's interest is below its least share m of the pool, (I + O) / (1 - m) - pool joins
   the pool as in 1, at most additions x originations(t) x B.
5. The seller's interest is max(0, pool - I - O), its share is over the pool. `invested` is I.
6. The determination reads the series where a deal without a trust reads its pool: income, and so a fee on it, is that
   of 3; a fee on the pool is on I at the month's start; excess spread = portfolio yield - base rate, with portfolio
   yield = 12 (income + cash interest - charge-off) / S, base rate = 12 (fees + interest) / S, S = I + cash of
   `principal` and principal accounts at the month's start, 0 where S is below 0.1% of I at closing. (8) sells I less
   the principal of 3, where that leaves some, not the pool; (9) takes the principal of 3 and 7 out of `invested`. Pool
   observables and flows stay those of the trust.
7. Shared principal: after (8) the series adds to its principal of 3 what that lacks of the formula principal_needed, at
   most what is left of I and `shared_principal`: the invested amounts of the group's other series that have not fallen
   yet / max(B, I + O) x (scheduled + prepaid + cured), less the commingled share.
8. A purchase step runs in any phase and buys from the seller: cash goes out, I rises by it, at most to a seller's
   interest of m x pool. What it cannot buy waits in its account.
9. Shared excess finance charges: another series of the group with invested amount J and a cost of q a year has e = J /
   max(B, I + O) x (the finance charges after commingling - defaults) - q / 12 x J; shared_income is the sum of what is
   above 0, shared_shortfall of what is below. Steps receive and pay them.
10. Charge-offs by class, the most junior first: charged_off of a note = min(its balance, max(0, deficiency - the notes
   below it)). `cover_defaults` reimburses them, from the senior class down to its `note`.
11. (8) of the payment: a note is covered by I and all cash. A law: notes less I less the cash of principal accounts
   stays what losses and uses of cash explain, as the pool does of a deal without a trust.

**Opening state.** A deal may be met at the end of month b >= 1. Months 1..b are data: t runs from b + 1, and months are
counted from closing as ever. Given are, as they stand then:
- of each note its balance, W, unpaid and accrued interest, the most that a payment left unpaid; of each fee what is
  unpaid and what its steps with a cap have paid in the year; the cash of each account; the deficiency or the surplus;
  the sums so far of defaults, recoveries, purchases and income, and of what each party paid and was paid;
- the phase, and the phase but for curable triggers; of each trigger its months in breach and without a breach in a row,
  the month of its first trip, and whether it is in force;
- the pool by segment and stage: P, M1..MB, and D[r], F[r], r = 1 at the first step after month b. They are split over
  the cohorts as the opening pool is, or given by cohort, with the part of P that waits for its bill (cards). Where D
  and F are not given they are those of the opening pool, per unit of P. Receivables enter at the pool's own odds, or at
  the n-th of the odds at which the scenario buys. Of a series of a master trust I and N;
- what rules look back at: defaults of the last write_off_months, recoverable of the months that the lag still reaches,
  the last three excess spreads, the last values of each mean(x, n) and ago(x, n), the idle days, and what the purchase
  lag locks by the steps until it is free.
The payment of period b has been made. On a clock that pays later it may still be to come: then what its determination
left is given too (conditions, quantities of the month, the month of senior cost, what waits of the retention), and it
is made in month b + 1, with index levels and own quantities of month b as the scenario has them. Cash in less cash out,
and notes less assets, are held from there on. need(t, c) is what the deterministic run buys from this state on, in the
phase that the calendar gives. Months of first loss count from b + 1. Losses are over the original balance; a residual
note's counts what it had received by then. Lives, yields, prices and multiples count from payment date b, prices with
factor(t) / factor(b), and are over the balance then (of a repaid note the original one). Prices are without the
interest accrued by then; who earns a yield paid both.

**End.** Loss of a note = (balance left at T + W) / original; of the residual note max(0, 1 - cash received / original).
A certificate (a residual note of size 0) has nothing to lose: its loss is 0, it has no yield, and its cash (multiple,
present value) is over the cut-off balance.

**Price** of a note = sum over t of cash(t) x factor(t), over its original balance: what an investor pays who asks for
the coupon without its step-ups and a spread. With g(t) = (coupon(t) without step-ups + the deal's discount spread + the
scenario's) x the note's fraction(t), the factor compounds from one date to the next on which the note pays interest
(those of its schedule: revolving to month revolving_months, then amortization; and T) and is simple in between: after
such a date s, factor(t) = factor(s) / (1 + g(s + 1) + .. + g(t)), factor(0) = 1. At spread 0 a note that pays all on
time and no step-up is worth 1, however often it pays; a step-up, by date or trigger, is worth what it adds to cash.
A residual note has no coupon: its rate is the deal's discount_rate for it, 0 where none is given. Where the short
rate is random all others are discounted on the path's rate: factor(t) = factor(t - 1) / (1 + (l(t) + both spreads) f).

**Layout.** A block is 32 paths, the lanes of every row of the scratch array; a panel is 16 blocks, the unit of
scheduling. See `scratch` and `row_records` (rows), `tables` (inputs), `codes`.
"""
