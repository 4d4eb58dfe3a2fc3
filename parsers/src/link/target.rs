//! Handler strings as the runtimes read them.

use crate::code::hir::Lang;

/// Where a package brings modules of PowerShell.
const MODULES: &str = "modules/";

/// A handler string split into file and symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    /// Path of the module without an extension, relative to the code root, `/`-separated.
    pub module: String,
    /// The exported or top-level name; dotted where it is nested.
    pub symbol: String,
    /// Whether the handler separates directories by dots.
    pub dotted: bool,
}

impl Target {
    /// Split a handler string. `Err` says why the runtime rejects it.
    ///
    /// Python splits at the last dot, and slashes before it become dots; Node.js splits the file name at its first
    /// dot and keeps the directories. Sources: `bootstrap.py` of aws-lambda-python-runtime-interface-client and
    /// `UserFunction.js` of aws-lambda-nodejs-runtime-interface-client. Ruby has two or three parts; source:
    /// `lambda_handler.rb` of aws-lambda-ruby-runtime-interface-client.
    pub(super) fn parse(lang: Lang, handler: &str) -> Result<Self, String> {
        match lang {
            Lang::Python => {
                let Some((module, symbol)) = handler.rsplit_once('.') else {
                    return Err(format!("`{handler}` has no dot between module and function"));
                };
                if module.is_empty() || symbol.is_empty() {
                    return Err(format!("`{handler}` lacks a module or a function"));
                }
                Ok(Self {
                    dotted: module.contains('.'),
                    module: module.replace('.', "/"),
                    symbol: symbol.to_owned(),
                })
            }
            Lang::Go | Lang::Rust | Lang::Java | Lang::CSharp => {
                Err(format!("`{handler}` names no function"))
            }
            Lang::Ruby => {
                let parts: Vec<&str> = handler.split('.').collect();
                let (module, symbol) = match parts[..] {
                    [file, method] => (file, method.to_owned()),
                    // A class or module, with those around it, and its own method.
                    [file, class, method] => (file, format!("{}.{method}", class.replace("::", "."))),
                    _ => return Err(format!("`{handler}` is no file, optional class and method, with dots")),
                };
                if module.is_empty() || parts.iter().any(|p| p.is_empty()) {
                    return Err(format!("`{handler}` lacks a file or a method"));
                }
                let module = module.trim_start_matches("./").to_owned();
                Ok(Self { module, symbol, dotted: false })
            }
            Lang::PowerShell => Self::script(handler),
            Lang::JavaScript | Lang::TypeScript => {
                if handler.contains("..") {
                    return Err(format!("`{handler}` contains `..`"));
                }
                let (dir, base) = handler.rsplit_once('/').map_or(("", handler), |(d, b)| (d, b));
                let Some((name, symbol)) = base.split_once('.') else {
                    return Err(format!("`{handler}` has no dot between file and function"));
                };
                if name.is_empty() || symbol.is_empty() {
                    return Err(format!("`{handler}` lacks a file or a function"));
                }
                let dir = dir.trim_start_matches("./");
                let module =
                    if dir.is_empty() || dir == "." { name.to_owned() } else { format!("{dir}/{name}") };
                Ok(Self { module, symbol: symbol.to_owned(), dotted: false })
            }
        }
    }

    /// What a handler of PowerShell names: `script.ps1`, `script.ps1::function` and `Module::name::function` for the
    /// runtime in a layer; `Script::Script.Bootstrap::ExecuteFunction` for the host on .NET, which runs the script.
    /// The symbol of a script is empty; behind `::` stands a function that is called once the script ran, each time.
    /// Sources: `Get-Handler.ps1` of aws-lambda-powershell-runtime; the module `AWSLambdaPSCore`.
    fn script(handler: &str) -> Result<Self, String> {
        let parts: Vec<&str> = handler.split("::").collect();
        let script = |p: &str| {
            let cut = p
                .len()
                .checked_sub(4)
                .filter(|i| p.get(*i..).is_some_and(|e| e.eq_ignore_ascii_case(".ps1")))?;
            Some(p.get(..cut)?.trim_start_matches("./").to_owned()).filter(|m| !m.is_empty())
        };
        let (module, symbol) = match parts[..] {
            [file] => (script(file), ""),
            [file, function] => (script(file), function),
            [word, name, function] if word.eq_ignore_ascii_case("Module") && !name.is_empty() => {
                (Some(format!("{MODULES}{name}")), function)
            }
            [name, class, "ExecuteFunction"] if class == format!("{name}.Bootstrap") => {
                (Some(name.to_owned()), "")
            }
            _ => (None, ""),
        };
        match module {
            Some(module) if parts.len() == 1 || !parts.iter().any(|p| p.is_empty()) => {
                Ok(Self { module, symbol: symbol.to_owned(), dotted: false })
            }
            _ => Err(format!("`{handler}` is no script, function of a script or function of a module")),
        }
    }

    /// Whether a handler names a script, and the language of it: other runtimes have no handlers like these.
    pub(super) fn of_script(handler: &str) -> Option<Lang> {
        Self::script(handler).ok().map(|_| Lang::PowerShell)
    }

    /// Whether the path leaves the package (`/opt/…` is a layer).
    pub(super) fn is_absolute(&self) -> bool {
        self.module.starts_with('/')
    }

    /// The first part of the module's path.
    pub(super) fn first(&self) -> &str {
        self.module.split('/').next().unwrap_or_default()
    }

    /// The files the runtime tries, in its order, relative to the code root.
    pub(super) fn runtime_files(&self, lang: Lang) -> Vec<String> {
        let m = &self.module;
        match lang {
            Lang::Python => vec![format!("{m}/__init__.py"), format!("{m}.py")],
            Lang::Go | Lang::Rust | Lang::Java | Lang::CSharp => Vec::new(),
            Lang::Ruby => vec![format!("{m}.rb")],
            Lang::PowerShell => match m.strip_prefix(MODULES) {
                Some(name) => vec![
                    format!("{MODULES}{name}/{name}.psm1"),
                    format!("{name}/{name}.psm1"),
                    format!("{name}.psm1"),
                ],
                None => vec![format!("{m}.ps1")],
            },
            Lang::JavaScript | Lang::TypeScript => ["js", "mjs", "cjs"].map(|e| format!("{m}.{e}")).into(),
        }
    }

    /// Source files that a compiler turns into those.
    pub(super) fn source_files(&self, lang: Lang) -> Vec<String> {
        match lang {
            Lang::Python
            | Lang::Go
            | Lang::CSharp
            | Lang::Rust
            | Lang::Java
            | Lang::Ruby
            | Lang::PowerShell => Vec::new(),
            Lang::JavaScript | Lang::TypeScript => {
                let mut names = source_names(&self.module);
                // A directory loads its `index`.
                names.extend(source_names(&format!("{}/index", self.module)));
                names
            }
        }
    }

    /// The handler string for another module and symbol, spelt the same way.
    pub(super) fn respell(&self, module: &str, symbol: &str) -> String {
        let module = if self.dotted { module.replace('/', ".") } else { module.to_owned() };
        format!("{module}.{symbol}")
    }
}

/// Source files of a module path, in the order compilers prefer.
pub(super) fn source_names(module: &str) -> Vec<String> {
    ["ts", "mts", "cts", "tsx", "js", "mjs", "cjs", "jsx"].map(|e| format!("{module}.{e}")).into()
}

/// A path without its extension.
pub(super) fn stem(path: &str) -> &str {
    let start = path.rfind('/').map_or(0, |i| i + 1);
    match path[start..].rfind('.') {
        Some(i) if i > 0 => &path[..start + i],
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(lang: Lang, h: &str) -> Option<(String, String)> {
        Target::parse(lang, h).ok().map(|t| (t.module, t.symbol))
    }

    #[test]
    fn handlers_split_as_the_runtimes_do() {
        let some = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(split(Lang::Python, "app.handler"), some("app", "handler"));
        assert_eq!(split(Lang::Python, "src/app.handler"), some("src/app", "handler"));
        assert_eq!(split(Lang::Python, "src.app.handler"), some("src/app", "handler"));
        assert_eq!(split(Lang::Python, "handler"), None);
        assert_eq!(split(Lang::JavaScript, "src/index.a.b"), some("src/index", "a.b"));
        assert_eq!(split(Lang::JavaScript, "a.b/index.handler"), some("a.b/index", "handler"));
        assert_eq!(split(Lang::JavaScript, "./index.handler"), some("index", "handler"));
        assert_eq!(split(Lang::JavaScript, "../index.handler"), None);
        assert_eq!(split(Lang::JavaScript, "index"), None);
        assert_eq!(split(Lang::Ruby, "app.handler"), some("app", "handler"));
        assert_eq!(split(Lang::Ruby, "src/app.A::B.call"), some("src/app", "A.B.call"));
        assert_eq!(split(Lang::Ruby, "app"), None);
        assert_eq!(split(Lang::Ruby, "a.B.c.d"), None);
        let ps = |h: &str| split(Lang::PowerShell, h);
        assert_eq!(ps("src/App.PS1::Get-It"), some("src/App", "Get-It"));
        assert_eq!(ps("app.ps1"), some("app", ""));
        assert_eq!(ps("Module::Shop::Get-It"), some("modules/Shop", "Get-It"));
        assert_eq!(ps("Shop::Shop.Bootstrap::ExecuteFunction"), some("Shop", ""));
        for other in [
            "app.handler",
            "Shop::Shop.Function::Handle",
            "app.ps1::",
            "::f",
            "Module::f",
            ".ps1",
            "é.ps",
            "a::b::c::d",
        ] {
            assert_eq!(ps(other), None, "{other}");
        }
        assert_eq!(stem("a.b/x.test.ts"), "a.b/x.test");
        assert_eq!(stem("a.b/.env"), "a.b/.env");
    }
}
