// Polls the pipeline of a cluster and publishes its document.
