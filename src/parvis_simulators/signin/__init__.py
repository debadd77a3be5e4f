"""FranceConnect, FranceConnect+ and ProConnect as the published code has them: same parameters, same refusals."""
