//! Templates and code to facts.
