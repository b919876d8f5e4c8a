"""Rivers: networks, tracing, transport, maps. No web, no database."""
