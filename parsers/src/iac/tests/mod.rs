//! Tests of reading, expanding and assembling templates.
