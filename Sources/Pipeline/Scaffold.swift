// Where a commit is: facts from GitHub, Pulumi Cloud and Git, and their verdicts.
