"""Information for the public: what a release must hold and what people ask of it."""
