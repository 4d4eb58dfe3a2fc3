//! The node kinds and fields of the grammars that the front end reads. A test checks that each exists, since
//! grammars rename nodes between versions without a word.

macro_rules! names {
    ($(#[$doc:meta])* $list:ident: $($name:ident = $text:literal),* $(,)?) => {
        $(pub(in crate::code::javascript) const $name: &str = $text;)*
        $(#[$doc])*
        #[cfg(test)]
        pub(in crate::code::javascript) const $list: &[&str] = &[$($text),*];
    };
}

names! {
    /// Kinds of all three grammars.
    COMMON:
    ARRAY = "array",
    ARRAY_PATTERN = "array_pattern",
    ARROW = "arrow_function",
    ASSIGNMENT = "assignment_expression",
    ASSIGNMENT_PATTERN = "assignment_pattern",
    AUGMENTED = "augmented_assignment_expression",
    AWAIT = "await_expression",
    BINARY = "binary_expression",
    BREAK = "break_statement",
    CALL = "call_expression",
    CLASS = "class",
    CLASS_BODY = "class_body",
    CLASS_DECLARATION = "class_declaration",
    CLASS_HERITAGE = "class_heritage",
    CLASS_STATIC_BLOCK = "class_static_block",
    COMMENT = "comment",
    COMPUTED_NAME = "computed_property_name",
    CONTINUE = "continue_statement",
    DEBUGGER = "debugger_statement",
    DECORATOR = "decorator",
    DO = "do_statement",
    EMPTY = "empty_statement",
    EXPORT = "export_statement",
    EXPORT_CLAUSE = "export_clause",
    EXPORT_SPECIFIER = "export_specifier",
    EXPRESSION_STATEMENT = "expression_statement",
    FALSE = "false",
    FOR = "for_statement",
    FOR_IN = "for_in_statement",
    FUNCTION = "function_expression",
    FUNCTION_DECLARATION = "function_declaration",
    GENERATOR = "generator_function",
    GENERATOR_DECLARATION = "generator_function_declaration",
    HASH_BANG = "hash_bang_line",
    HTML_COMMENT = "html_comment",
    IDENTIFIER = "identifier",
    IF = "if_statement",
    IMPORT = "import",
    IMPORT_CLAUSE = "import_clause",
    IMPORT_SPECIFIER = "import_specifier",
    IMPORT_STATEMENT = "import_statement",
    LABELED = "labeled_statement",
    LEXICAL_DECLARATION = "lexical_declaration",
    MEMBER = "member_expression",
    META_PROPERTY = "meta_property",
    METHOD = "method_definition",
    NAMED_IMPORTS = "named_imports",
    NAMESPACE_EXPORT = "namespace_export",
    NAMESPACE_IMPORT = "namespace_import",
    NEW = "new_expression",
    NULL = "null",
    NUMBER = "number",
    OBJECT = "object",
    OBJECT_ASSIGNMENT_PATTERN = "object_assignment_pattern",
    OBJECT_PATTERN = "object_pattern",
    PAIR = "pair",
    PAIR_PATTERN = "pair_pattern",
    PARENTHESIZED = "parenthesized_expression",
    PRIVATE_NAME = "private_property_identifier",
    PROGRAM = "program",
    REGEX = "regex",
    REST_PATTERN = "rest_pattern",
    RETURN = "return_statement",
    SEQUENCE = "sequence_expression",
    SHORTHAND = "shorthand_property_identifier",
    SHORTHAND_PATTERN = "shorthand_property_identifier_pattern",
    SPREAD = "spread_element",
    STATEMENT_BLOCK = "statement_block",
    STRING = "string",
    SUBSCRIPT = "subscript_expression",
    SUPER = "super",
    SWITCH = "switch_statement",
    SWITCH_CASE = "switch_case",
    SWITCH_DEFAULT = "switch_default",
    TEMPLATE = "template_string",
    TEMPLATE_SUBSTITUTION = "template_substitution",
    TERNARY = "ternary_expression",
    THIS = "this",
    THROW = "throw_statement",
    TRUE = "true",
    TRY = "try_statement",
    UNARY = "unary_expression",
    UNDEFINED = "undefined",
    UPDATE = "update_expression",
    VARIABLE_DECLARATION = "variable_declaration",
    VARIABLE_DECLARATOR = "variable_declarator",
    WHILE = "while_statement",
    WITH = "with_statement",
    YIELD = "yield_expression",
}

names! {
    /// Kinds of the JavaScript grammar only.
    JAVASCRIPT:
    FIELD = "field_definition",
    USING = "using_declaration",
}

names! {
    /// Kinds of the JavaScript and the TSX grammar.
    MARKUP:
    JSX_ELEMENT = "jsx_element",
    JSX_EXPRESSION = "jsx_expression",
    JSX_SELF_CLOSING = "jsx_self_closing_element",
}

names! {
    /// Kinds of both TypeScript grammars.
    TYPESCRIPT:
    ABSTRACT_CLASS = "abstract_class_declaration",
    ACCESSIBILITY = "accessibility_modifier",
    AMBIENT = "ambient_declaration",
    AS = "as_expression",
    ENUM = "enum_declaration",
    ENUM_ASSIGNMENT = "enum_assignment",
    EXTENDS_CLAUSE = "extends_clause",
    FUNCTION_SIGNATURE = "function_signature",
    IMPORT_ALIAS = "import_alias",
    IMPORT_REQUIRE = "import_require_clause",
    INSTANTIATION = "instantiation_expression",
    INTERFACE = "interface_declaration",
    INTERNAL_MODULE = "internal_module",
    MODULE = "module",
    NESTED_IDENTIFIER = "nested_identifier",
    NON_NULL = "non_null_expression",
    OPTIONAL_PARAMETER = "optional_parameter",
    OVERRIDE = "override_modifier",
    PUBLIC_FIELD = "public_field_definition",
    REQUIRED_PARAMETER = "required_parameter",
    SATISFIES = "satisfies_expression",
    TYPE_ALIAS = "type_alias_declaration",
    TYPE_ARGUMENTS = "type_arguments",
    TYPE_IDENTIFIER = "type_identifier",
}

names! {
    /// Kinds of the TypeScript grammar without JSX.
    TYPESCRIPT_PLAIN:
    TYPE_ASSERTION = "type_assertion",
}

/// Fields of nodes.
pub(super) mod field {
    names! {
        /// Fields of all three grammars.
        COMMON:
        ALIAS = "alias",
        ALTERNATIVE = "alternative",
        ARGUMENT = "argument",
        ARGUMENTS = "arguments",
        BODY = "body",
        CONDITION = "condition",
        CONSEQUENCE = "consequence",
        CONSTRUCTOR = "constructor",
        DECLARATION = "declaration",
        DECORATOR = "decorator",
        FINALIZER = "finalizer",
        FUNCTION = "function",
        HANDLER = "handler",
        INCREMENT = "increment",
        INDEX = "index",
        INITIALIZER = "initializer",
        KEY = "key",
        LABEL = "label",
        LEFT = "left",
        NAME = "name",
        OBJECT = "object",
        OPERATOR = "operator",
        OPTIONAL_CHAIN = "optional_chain",
        PARAMETER = "parameter",
        PARAMETERS = "parameters",
        PROPERTY = "property",
        RIGHT = "right",
        SOURCE = "source",
        VALUE = "value",
    }

    names! {
        /// Fields of the TypeScript grammars.
        TYPESCRIPT:
        PATTERN = "pattern",
        TYPE = "type",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tree_sitter::Language;

    fn grammars() -> [(&'static str, Language); 3] {
        [
            ("javascript", tree_sitter_javascript::LANGUAGE.into()),
            ("typescript", tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into()),
            ("tsx", tree_sitter_typescript::LANGUAGE_TSX.into()),
        ]
    }

    #[test]
    fn every_kind_and_field_exists() {
        for (name, grammar) in grammars() {
            tree_sitter::Parser::new().set_language(&grammar).unwrap();
            let mut kinds = COMMON.to_vec();
            let mut fields = field::COMMON.to_vec();
            if name == "javascript" {
                kinds.extend(JAVASCRIPT);
            } else {
                kinds.extend(TYPESCRIPT);
                fields.extend(field::TYPESCRIPT);
            }
            kinds.extend(if name == "typescript" { TYPESCRIPT_PLAIN } else { MARKUP });
            for k in kinds {
                assert_ne!(grammar.id_for_node_kind(k, true), 0, "{name}: no kind {k}");
            }
            for f in fields {
                assert!(grammar.field_id_for_name(f).is_some(), "{name}: no field {f}");
            }
        }
    }
}
