"""What is drawn, and the rates that come of it: the second page of the accounting, which begins in `stress.kernels`.

`t` counts months from closing. A path is a key: (seed, path) give all that it draws, each kind of draw under a purpose
of its own: 0 factors, 1 macro variables, 2 the chi square of the t copula, 3 parameters, 4 segments, 5 obligors, 6 a
book's factors (and the scrambling of Sobol points), 7 the short rate.

**Factors.** Y_t = phi Y_{t-1} + sqrt(1 - phi^2) L e_t with L L' = the correlation of the factors and e_t normal
(purpose 0, item = factor, index = t - 1); Y_1 = L e_1 from the stationary law, or Y_0 given.

**Normals.** Philox with key = seed, counter = (path low, path high, index // 4, purpose << 16 | item) gives four words
and, in pairs by Box and Muller, four normals: indices 4i .. 4i + 3. Uniforms are (word + 1/2) / 2^32; radius from the
first word of a pair, angle 2 pi u from the second; cosine first.

**Rates of a month** given the factors: Phi((Phi^-1(p) -+ sqrt(rho) z) / sqrt(1 - rho)) with z the factor that the rate
loads on, - for entry and rolls (a low factor is bad), + for prepayment and recovery. The p of entry and prepayment are
held at 0.99, whoever asks for more. Entry rates of a scenario may differ by path beyond that: Phi(h(x) g sqrt(1 + o) -
sqrt(o) z). o = rho / (1 - rho) x exp(d_2). x = d_1 + s e_own + macro shift is what the path adds to the log odds of the
unconditional rate p; h(x) = F^-1 of the rate of log odds logit p + c + x, F normal or Student t; c keeps the mean over
e_own at p.
- Where roll rates load on the factor, months whose rho a scenario moves enter at p times the multiple that keeps the
  factors' mean of a new cohort's cumulative default (at phi, stationary, the pool's own p): rho moves dependence.
- t copula with df degrees of freedom: F is Student's, g = sqrt(chi2 / df), chi2 = quantile at Phi(e) of one normal e
  of the path (purpose 2, index 0). Otherwise g = 1.
- Drawn parameters: (d_1, d_2, d_3) = R e, R R' = the covariance of the log odds of (p, rho, phi), three normals
  (purpose 3, index 0..2); phi of the path = expit(logit phi + d_3).
- Heterogeneity: e_own is one normal a segment (purpose 4, index = segment), s its standard deviation.
- Macro shift: deviations of the macro variables from the scenario's paths, d_q = sum_l A_l d_{q-l} + P e_q, d_0 = 0 at
  the starting period, P P' = the innovations' covariance, P lower (purpose 1, item = variable, index = q - 1). The
  satellite's index deviates by elasticity x i_q, i_q = sum_k b_k (d_{q-lag} - d_{q-lag-difference}) + sum_j a_j i_{q-j}
  (a_j its own lags, i_q = 0 up to the starting period), between periods by the scenario's rule of interpolation; macro
  shift = log odds of the monthly rate of the satellite at (its shift in the scenario + the deviation), less that
  without. The log odds of a roll with an elasticity move by so many times the macro shift of its segment.

**Short rate.** A scenario may make it random (Hull and White 1990, fitted to a forward curve L(t); Vasicek 1977). With
f = fraction(t), the day-count fraction of period t, a the mean reversion and sigma the volatility, x_1 = 0 and x_t =
e^(-a f(t-1)) x_{t-1} + s_t z_t, where s_t^2 = sigma^2 (1 - e^(-2 a f(t-1))) / (2 a) (sigma^2 f(t-1) at a = 0) and z_t
= c w_t + sqrt(1 - c^2) e_t: w_t the innovation (L e_t) of the factor on which the first segment's entry loads, e_t a
normal of its own (purpose 7, item 0, index t - 1), c the correlation. The level l(t) of the path has 1 + l(t) f = (1 +
L(t) f) exp(x_t f + A_t), where A_1 + .. + A_t = Var(x_1 f(1) + .. + x_t f(t)) / 2: the mean of 1 / ((1 + l(1) f(1)) ..
(1 + l(t) f(t))) is the curve's own. Where f = 0 (before issue), l = L. What the path adds to every index is h(t) =
l(t) - L(t): to coupons before cap and floor, to levels that formulas look at; cash earns cash_rate + h, not below 0,
in months whose cash_rate is not 0. L(t) is the level of the deal's index as the scenario's shocks move it, or a curve
that the scenario gives: that one is then the deal's index, if it has one. Loans that float stay on L(t). Vasicek, from
r to b: 1 + L(t) f = exp(f (b + (r - b) e^(-a (f(1) + .. + f(t-1)))) - A_t). A run on expected rates (rho 0) has h = 0.

**Obligors.** With N obligors each owes the ticket (cut-off balance / N). A transition from a balance b then moves
Bin(n, rate) / n of it, n = ceil(b / ticket - 1e-9) and at least 1: the smallest count whose distribution function
reaches u, one uniform of 53 bits (purpose 5, item = 8 x segment + bucket, third counter t - 1; first word high, then
the upper 21 bits of the second, plus 1/2); bucket 0 = current, 1..6 = M1..M6, and a segment in each stage counts as one
(segment x stages + stage). All other shares stay as they are. Monthly clock only.

**Factors in mid-life.** Of a deal that is met at the end of month b, Y_1..Y_b move as on any path, by their own
normals; the levels Y_b may be given instead, or what reports tell of them and of the drawn parameters, a normal law:
the normals of these are then m + C u, and Y_b = y + G u + H n, with u the path's normals of purpose 3, n those of its
factors in month b, C and H lower. A run on expected rates (rho 0) of such a deal moves at the means of the conditional
rates over what is known of Y_b, drawn parameters at their own values; need(t, c) takes those of all times.
Macro variables: months up to b are the scenario's, e_q = 0 for the periods up to that of month b, unless the state
gives these e_q. Random short rate: x_(b+1) = 0 and f(t) = 0 for t <= b in s_t and A_t: the curve holds from month b + 1
on; where the state gives x_b the rate goes on as from closing.

**A book** of deals. Deal number d draws what is its own under the key (seed + d x 9e3779b97f4a7c15 hexadecimal) mod
2^64; the book's named factors stand under its seed (purpose 6, item = factor, index = month of the book - 1): levels Y
by their own phi and correlated innovations, the first month from the joint stationary law, whose correlation is S. A
deal with weights w puts u = w'Y + sqrt(1 - w'Sw) v in the place of the first of its independent factors, v the deal's
own AR(1) at its phi: its e_1,first = u_1, then (u_t - phi u_{t-1}) / sqrt(1 - phi^2), with u taken at the deal's own
months of the book; segments on a factor of their own likewise, by their weights, in the place of that one. Macro
variables that a deal's scenarios draw stand under the key (seed + the first 8 bytes, big end first, of the SHA-256 of
their VAR's name) mod 2^64, the index counted from the first period of any deal with that VAR (where deals are aligned
by closing: from the deal's own). A random short rate (c = 0) moves in all deals of a currency by one z_t = sum over f
of b_f n_f,t + sqrt(1 - b'Rb) e_t: n_f,t = (Y_f,t - phi_f Y_f,t-1) / sqrt(1 - phi_f^2), R the correlation of the
factors' innovations, b the book's weights, e_t under the seed (purpose 7), of a second currency under the key of "short
rate " and its letters, made as that of a VAR. The loss of the book on a path is the sum over positions of amount held x
the note's loss; an amount below 0 is short.

**Scores** (`scores`; no run has them, who asks for derivatives sums them beside). With v_t = L^-T e_t and g_t the gain
of month t (1 where Y_1 is stationary, else sqrt(1 - phi^2)), the features of a path are its normals e_t, persistence =
sum over t of (v_t . Y_{t-1}) / g_t - phi |e_t|^2 / g_t^2 without the stationary first month, cross = sum of v_t,1 v_t,2
(of v_t,1 squared where there is one factor), and scale = sum of v_t,1 (L e_t)_1.
"""
