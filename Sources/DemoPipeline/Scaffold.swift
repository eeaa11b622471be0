// Simulated APIs of GitHub and Pulumi Cloud.
