"""Ways to make the application work: called in this process, or served for real and called over HTTP."""
