/* Black-Scholes price, delta, gamma, vega and theta: the plain loop a C programmer writes. */
#include <math.h>

#define ROOT_HALF 0.70710678118654752440
#define INVERSE_ROOT_2PI 0.39894228040143267794

void price_and_four_greeks(long n, const double *S, const double *K, const double *T,
                           const double *v, const double *r, const double *q, double *price,
                           double *delta, double *gamma, double *vega, double *theta)
{
    for (long i = 0; i < n; i++) {
        double root = sqrt(T[i]), s = v[i] * root;
        double discount = exp(-r[i] * T[i]), Q = exp(-q[i] * T[i]);
        double d1 = (log(S[i] / K[i]) + (r[i] - q[i]) * T[i]) / s + 0.5 * s, d2 = d1 - s;
        double N1 = 0.5 * erfc(-d1 * ROOT_HALF), N2 = 0.5 * erfc(-d2 * ROOT_HALF);
        double exposure = S[i] * Q * exp(-0.5 * d1 * d1) * INVERSE_ROOT_2PI;
        double stock = S[i] * Q * N1, bond = K[i] * discount * N2;
        price[i] = stock - bond;
        delta[i] = Q * N1;
        gamma[i] = exposure / (S[i] * S[i] * s);
        vega[i] = exposure * root;
        theta[i] = q[i] * stock - r[i] * bond - 0.5 * exposure * v[i] / root;
    }
}
