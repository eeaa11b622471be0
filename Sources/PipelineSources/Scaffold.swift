// Asks GitHub, Pulumi Cloud and a checkout, with GET requests only.
