// The room's first file arrives with its first idea.
