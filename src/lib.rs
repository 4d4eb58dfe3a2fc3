//! lamlint.
