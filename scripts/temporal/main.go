// Package temporal exists so that go.sum pins every source file of the Temporal CLI we build. It is never run:
// scripts/bootstrap.mjs builds github.com/temporalio/cli/cmd/temporal inside this module.
package temporal

import _ "github.com/temporalio/cli/cliext"
