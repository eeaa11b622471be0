// The MCP server, and the section for the instructions of assistants.
