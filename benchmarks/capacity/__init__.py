"""How many rooms one machine can serve: a formula, and a simulation that checks it."""
