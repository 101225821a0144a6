//! What is counted in one file: long functions, public items without docs, calls that may panic.

use anyhow::Context as _;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Visibility};

use super::{LONG_FUNCTION, Numbers, Place};
use crate::source::{Source, positions};

/// Adds what stands in the file, tests left out.
pub(super) fn add(name: &str, source: &Source, numbers: &mut Numbers) -> anyhow::Result<()> {
    let file = syn::parse_file(&source.text).with_context(|| name.to_owned())?;
    let mut counter = Counter { file: name, in_trait_impl: false, numbers };
    counter.visit_file(&file);
    add_panics(name, source, numbers)
}

fn add_panics(name: &str, source: &Source, numbers: &mut Numbers) -> anyhow::Result<()> {
    const CALLS: [&[&str]; 5] = [
        &[".", "unwrap", "("],
        &[".", "expect", "("],
        &["panic", "!"],
        &["todo", "!"],
        &["unimplemented", "!"],
    ];
    let tokens = source.tokens()?;
    for call in CALLS {
        for token in positions(&tokens, call).filter(|token| !token.in_test && !token.expected) {
            let what = call.concat();
            numbers.may_panic.push(Place { file: name.to_owned(), line: token.line, what, length: None });
        }
    }
    Ok(())
}

struct Counter<'a> {
    file: &'a str,
    /// What a trait prescribes is documented there.
    in_trait_impl: bool,
    numbers: &'a mut Numbers,
}

impl Counter<'_> {
    fn place(&self, line: usize, what: String, length: Option<usize>) -> Place {
        Place { file: self.file.to_owned(), line, what, length }
    }

    fn function(&mut self, name: &syn::Ident, whole: proc_macro2::Span) {
        let length = whole.end().line + 1 - whole.start().line;
        if length > LONG_FUNCTION {
            let place = self.place(name.span().start().line, format!("fn {name}"), Some(length));
            self.numbers.long_functions.push(place);
        }
    }

    fn public(&mut self, visibility: &Visibility, attributes: &[Attribute], name: &syn::Ident) {
        if matches!(visibility, Visibility::Public(_)) {
            self.documented(attributes, name);
        }
    }

    fn documented(&mut self, attributes: &[Attribute], name: &syn::Ident) {
        if !attributes.iter().any(|attribute| attribute.path().is_ident("doc")) {
            let place = self.place(name.span().start().line, format!("pub {name}"), None);
            self.numbers.undocumented.push(place);
        }
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let configured = attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Ident>().is_ok_and(|condition| condition == "test");
        configured || attribute.path().is_ident("test")
    })
}

impl<'ast> Visit<'ast> for Counter<'_> {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if is_test(&item.attrs) {
            return;
        }
        if item.content.is_some() {
            self.public(&item.vis, &item.attrs, &item.ident);
        }
        visit::visit_item_mod(self, item);
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if is_test(&item.attrs) {
            return;
        }
        self.public(&item.vis, &item.attrs, &item.sig.ident);
        self.function(&item.sig.ident, item.sig.span().join(item.block.span()).unwrap_or(item.block.span()));
        visit::visit_item_fn(self, item);
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        if is_test(&item.attrs) {
            return;
        }
        let around = std::mem::replace(&mut self.in_trait_impl, item.trait_.is_some());
        visit::visit_item_impl(self, item);
        self.in_trait_impl = around;
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if is_test(&item.attrs) {
            return;
        }
        if !self.in_trait_impl {
            self.public(&item.vis, &item.attrs, &item.sig.ident);
        }
        self.function(&item.sig.ident, item.sig.span().join(item.block.span()).unwrap_or(item.block.span()));
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        if !self.in_trait_impl {
            self.public(&item.vis, &item.attrs, &item.ident);
        }
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.public(&item.vis, &item.attrs, &item.ident);
        if matches!(item.vis, Visibility::Public(_)) {
            for part in &item.items {
                if let syn::TraitItem::Fn(function) = part {
                    self.documented(&function.attrs, &function.sig.ident);
                }
            }
        }
        visit::visit_item_trait(self, item);
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.public(&item.vis, &item.attrs, &item.ident);
        for field in &item.fields {
            if let Some(name) = &field.ident {
                self.public(&field.vis, &field.attrs, name);
            }
        }
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.public(&item.vis, &item.attrs, &item.ident);
        if matches!(item.vis, Visibility::Public(_)) {
            for variant in &item.variants {
                self.documented(&variant.attrs, &variant.ident);
            }
        }
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        self.public(&item.vis, &item.attrs, &item.ident);
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.public(&item.vis, &item.attrs, &item.ident);
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.public(&item.vis, &item.attrs, &item.ident);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> Numbers {
        let mut numbers = Numbers::default();
        let source = Source { path: "a.rs".into(), text: text.to_owned(), is_test: false };
        add("a.rs", &source, &mut numbers).unwrap();
        numbers
    }

    fn names(places: &[Place]) -> Vec<(usize, &str)> {
        places.iter().map(|place| (place.line, place.what.as_str())).collect()
    }

    #[test]
    fn public_items_fields_and_variants_need_docs_and_private_ones_do_not() {
        let text = "pub struct A { pub b: u8, c: u8 }\n/// D.\npub enum D { E }\nfn f() {}\npub(crate) fn g() {}\n\
                    impl A { pub fn h() {} }\nimpl Clone for A { fn clone(&self) -> Self { todo() } }";

        let found = numbers(text);

        assert_eq!(names(&found.undocumented), [(1, "pub A"), (1, "pub b"), (3, "pub E"), (6, "pub h")]);
    }

    #[test]
    fn a_call_that_may_panic_is_found_unless_it_is_expected_or_in_a_test() {
        let text = "fn a() { b.unwrap(); }\nfn c() { assert!(d.expect(\"e\")); todo!() }\n\
                    #[expect(clippy::panic, reason = \"why\")]\nfn f() { panic!() }\n\
                    #[cfg(test)]\nmod tests { fn g() { h.unwrap(); } }";

        let found = numbers(text);

        assert_eq!(names(&found.may_panic), [(1, ".unwrap("), (2, ".expect("), (2, "todo!")]);
    }

    #[test]
    fn a_function_is_as_long_as_from_its_signature_to_its_last_brace() {
        let text = format!("/// Doc.\n#[inline]\nfn long() {{{}}}\nfn short() {{}}", "\n".repeat(60));

        let found = numbers(&text);

        assert_eq!(names(&found.long_functions), [(3, "fn long")]);
        assert_eq!(found.long_functions[0].length, Some(61));
    }
}
