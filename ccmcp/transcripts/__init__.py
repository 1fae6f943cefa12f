"""Files -> entries -> passages. The only package that knows how Claude Code writes its history."""
