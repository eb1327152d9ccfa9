// Package stripemock exists so that go.sum pins every source file of the stripe-mock we build. It is never run:
// scripts/bootstrap.mjs builds github.com/stripe/stripe-mock inside this module.
package stripemock

import _ "github.com/stripe/stripe-mock/embedded"
