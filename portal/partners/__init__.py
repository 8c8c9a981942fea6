"""Who else helps: organisations with their services, people, programmes, projects and awards; the public directory."""
