//! `tr!` and `word!`: a message in the source, in English, becomes one in the language of the reader.
//!
//! The other language is looked up while the program is compiled, in `messages/de/*.txt` of the crate that says it. So a message
//! without its translation does not compile, and neither does a translation with a hole that the message does not fill: `format!`
//! itself checks both. Nothing is looked up when the program runs.
//!
//! The crate that uses them has a module `language` with an enum `Language` (`English`, `German`) and a function `current`.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::OnceLock;

use messages::{Template, pairs};
use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{LitStr, Token};

/// `format!` in the language of the reader.
#[proc_macro]
pub fn tr(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    match syn::parse::<Message>(input).and_then(|message| message.formatted()) {
        Ok(tokens) => tokens.into(),
        Err(error) => error.into_compile_error().into(),
    }
}

/// A text without values, a `&'static str`, in the language of the reader.
#[proc_macro]
pub fn word(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    match syn::parse::<Message>(input).and_then(|message| message.word()) {
        Ok(tokens) => tokens.into(),
        Err(error) => error.into_compile_error().into(),
    }
}

/// The text of every file of the catalogue: `[&str; n]`.
#[proc_macro]
pub fn catalogue_files(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    match files() {
        Ok(paths) => {
            let paths = paths.iter().map(|path| path.to_string_lossy().into_owned());
            quote! { [ #( ::core::include_str!(#paths) ),* ] }.into()
        }
        Err(error) => syn::Error::new(proc_macro2::Span::call_site(), error).into_compile_error().into(),
    }
}

/// A format string and what comes behind it.
struct Message {
    english: LitStr,
    values: TokenStream,
}

impl Parse for Message {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let english: LitStr = input.parse()?;
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        Ok(Self { english, values: input.parse()? })
    }
}

impl Message {
    fn formatted(&self) -> syn::Result<TokenStream> {
        let (english, german, values) = (&self.english, self.german()?, &self.values);
        Ok(quote! {
            match crate::language::current() {
                crate::language::Language::English => ::std::format!(#english, #values),
                crate::language::Language::German => ::std::format!(#german, #values),
            }
        })
    }

    fn word(&self) -> syn::Result<TokenStream> {
        let german = self.german()?;
        if !self.values.is_empty() {
            return Err(syn::Error::new(self.english.span(), "a word takes no values; use tr!"));
        }
        let english = &self.english;
        Ok(quote! {
            match crate::language::current() {
                crate::language::Language::English => #english,
                crate::language::Language::German => #german,
            }
        })
    }

    /// The German, at the place of the English: names in its holes mean the same.
    fn german(&self) -> syn::Result<LitStr> {
        let english = self.english.value();
        let failed = |text: String| syn::Error::new(self.english.span(), text);
        let known = catalogue().as_ref().map_err(|error| failed(error.clone()))?;
        let german =
            known.get(&english).ok_or_else(|| failed(format!("`{english}` has no German in messages/de")))?;
        let holes = |text: &str| {
            Template::parse(text).map(|template| template.holes().into_iter().cloned().collect::<Vec<_>>())
        };
        if !self.values.is_empty() && holes(&english) != holes(german) {
            return Err(failed(format!("the German has other holes: `{german}`")));
        }
        Ok(LitStr::new(german, self.english.span()))
    }
}

/// The catalogue of the crate that is compiled, read once.
fn catalogue() -> &'static Result<HashMap<String, String>, String> {
    static READ: OnceLock<Result<HashMap<String, String>, String>> = OnceLock::new();
    READ.get_or_init(|| {
        let mut found = HashMap::new();
        for path in files()? {
            let text =
                std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            let known = pairs(&text).into_iter().filter(|pair| !pair.translation.is_empty());
            found.extend(known.map(|pair| (pair.english, pair.translation)));
        }
        Ok(found)
    })
}

/// The files of the catalogue of the crate that is compiled, sorted.
#[expect(clippy::disallowed_methods, reason = "cargo tells a macro in a variable which crate it works for")]
fn files() -> Result<Vec<PathBuf>, String> {
    let root = std::env::var("CARGO_MANIFEST_DIR").map_err(|error| error.to_string())?;
    let folder = PathBuf::from(root).join("messages/de");
    let unreadable = |error: std::io::Error| format!("{}: {error}", folder.display());
    let entries = std::fs::read_dir(&folder).map_err(unreadable)?;
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>().map_err(unreadable)?;
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "txt"));
    paths.sort();
    Ok(paths)
}
