//! Names of the grammar's nodes.

pub(super) const MODULE: &str = "module";
pub(super) const BLOCK: &str = "block";
pub(super) const COMMENT: &str = "comment";
pub(super) const EXPRESSION_STATEMENT: &str = "expression_statement";
pub(super) const IMPORT_STATEMENT: &str = "import_statement";
pub(super) const IMPORT_FROM_STATEMENT: &str = "import_from_statement";
pub(super) const FUTURE_IMPORT_STATEMENT: &str = "future_import_statement";
pub(super) const DOTTED_NAME: &str = "dotted_name";
pub(super) const ALIASED_IMPORT: &str = "aliased_import";
pub(super) const WILDCARD_IMPORT: &str = "wildcard_import";
pub(super) const PRINT_STATEMENT: &str = "print_statement";
pub(super) const EXEC_STATEMENT: &str = "exec_statement";
pub(super) const CHEVRON: &str = "chevron";
pub(super) const ASSERT_STATEMENT: &str = "assert_statement";
pub(super) const RETURN_STATEMENT: &str = "return_statement";
pub(super) const DELETE_STATEMENT: &str = "delete_statement";
pub(super) const RAISE_STATEMENT: &str = "raise_statement";
pub(super) const PASS_STATEMENT: &str = "pass_statement";
pub(super) const BREAK_STATEMENT: &str = "break_statement";
pub(super) const CONTINUE_STATEMENT: &str = "continue_statement";
pub(super) const GLOBAL_STATEMENT: &str = "global_statement";
pub(super) const NONLOCAL_STATEMENT: &str = "nonlocal_statement";
pub(super) const TYPE_ALIAS_STATEMENT: &str = "type_alias_statement";
pub(super) const IF_STATEMENT: &str = "if_statement";
pub(super) const ELIF_CLAUSE: &str = "elif_clause";
pub(super) const ELSE_CLAUSE: &str = "else_clause";
pub(super) const MATCH_STATEMENT: &str = "match_statement";
pub(super) const CASE_CLAUSE: &str = "case_clause";
pub(super) const FOR_STATEMENT: &str = "for_statement";
pub(super) const WHILE_STATEMENT: &str = "while_statement";
pub(super) const TRY_STATEMENT: &str = "try_statement";
pub(super) const EXCEPT_CLAUSE: &str = "except_clause";
pub(super) const FINALLY_CLAUSE: &str = "finally_clause";
pub(super) const WITH_STATEMENT: &str = "with_statement";
pub(super) const WITH_CLAUSE: &str = "with_clause";
pub(super) const FUNCTION_DEFINITION: &str = "function_definition";
pub(super) const CLASS_DEFINITION: &str = "class_definition";
pub(super) const DECORATED_DEFINITION: &str = "decorated_definition";
pub(super) const DECORATOR: &str = "decorator";
pub(super) const LAMBDA: &str = "lambda";
pub(super) const KEYWORD_ARGUMENT: &str = "keyword_argument";
pub(super) const LIST_SPLAT: &str = "list_splat";
pub(super) const DICTIONARY_SPLAT: &str = "dictionary_splat";
pub(super) const PARENTHESIZED_EXPRESSION: &str = "parenthesized_expression";
pub(super) const EXPRESSION_LIST: &str = "expression_list";
pub(super) const IDENTIFIER: &str = "identifier";
pub(super) const TYPED_PARAMETER: &str = "typed_parameter";
pub(super) const DEFAULT_PARAMETER: &str = "default_parameter";
pub(super) const TYPED_DEFAULT_PARAMETER: &str = "typed_default_parameter";
pub(super) const LIST_SPLAT_PATTERN: &str = "list_splat_pattern";
pub(super) const TUPLE_PATTERN: &str = "tuple_pattern";
pub(super) const KEYWORD_SEPARATOR: &str = "keyword_separator";
pub(super) const POSITIONAL_SEPARATOR: &str = "positional_separator";
pub(super) const DICTIONARY_SPLAT_PATTERN: &str = "dictionary_splat_pattern";
pub(super) const PATTERN_LIST: &str = "pattern_list";
pub(super) const LIST_PATTERN: &str = "list_pattern";
pub(super) const AS_PATTERN: &str = "as_pattern";
pub(super) const ASSIGNMENT: &str = "assignment";
pub(super) const AUGMENTED_ASSIGNMENT: &str = "augmented_assignment";
pub(super) const NAMED_EXPRESSION: &str = "named_expression";
pub(super) const NOT_OPERATOR: &str = "not_operator";
pub(super) const BOOLEAN_OPERATOR: &str = "boolean_operator";
pub(super) const BINARY_OPERATOR: &str = "binary_operator";
pub(super) const UNARY_OPERATOR: &str = "unary_operator";
pub(super) const COMPARISON_OPERATOR: &str = "comparison_operator";
pub(super) const CONDITIONAL_EXPRESSION: &str = "conditional_expression";
pub(super) const AWAIT: &str = "await";
pub(super) const YIELD: &str = "yield";
pub(super) const ATTRIBUTE: &str = "attribute";
pub(super) const SUBSCRIPT: &str = "subscript";
pub(super) const CALL: &str = "call";
pub(super) const LIST: &str = "list";
pub(super) const TUPLE: &str = "tuple";
pub(super) const SET: &str = "set";
pub(super) const DICTIONARY: &str = "dictionary";
pub(super) const PAIR: &str = "pair";
pub(super) const LIST_COMPREHENSION: &str = "list_comprehension";
pub(super) const DICTIONARY_COMPREHENSION: &str = "dictionary_comprehension";
pub(super) const SET_COMPREHENSION: &str = "set_comprehension";
pub(super) const GENERATOR_EXPRESSION: &str = "generator_expression";
pub(super) const FOR_IN_CLAUSE: &str = "for_in_clause";
pub(super) const IF_CLAUSE: &str = "if_clause";
pub(super) const STRING: &str = "string";
pub(super) const CONCATENATED_STRING: &str = "concatenated_string";
pub(super) const STRING_START: &str = "string_start";
pub(super) const STRING_END: &str = "string_end";
pub(super) const INTERPOLATION: &str = "interpolation";
pub(super) const INTEGER: &str = "integer";
pub(super) const FLOAT: &str = "float";
pub(super) const TRUE: &str = "true";
pub(super) const FALSE: &str = "false";
pub(super) const NONE: &str = "none";
pub(super) const CASE_PATTERN: &str = "case_pattern";
pub(super) const KEYWORD_PATTERN: &str = "keyword_pattern";
pub(super) const CLASS_PATTERN: &str = "class_pattern";
pub(super) const SPLAT_PATTERN: &str = "splat_pattern";
pub(super) const UNION_PATTERN: &str = "union_pattern";
pub(super) const DICT_PATTERN: &str = "dict_pattern";

#[cfg(test)]
mod tests {
    /// A renamed node in a newer grammar would silently make code opaque.
    #[test]
    fn the_grammar_has_every_kind() {
        let language: tree_sitter::Language = tree_sitter_python::LANGUAGE.into();
        let source = include_str!("kinds.rs");
        let mut n = 0;
        for line in source.lines().filter(|l| l.starts_with("pub(super) const ")) {
            let kind = line.split('"').nth(1).unwrap_or_default();
            assert_ne!(language.id_for_node_kind(kind, true), 0, "no node `{kind}`");
            n += 1;
        }
        assert!(n > 80, "only {n} kinds were found");
    }
}
