//! The raw bindings of the contract. Everything else in the crate is what makes them pleasant.

wit_bindgen::generate!({
    world: "plugin",
    path: "../../wit",
    pub_export_macro: true,
    additional_derives: [Clone, PartialEq],
});
