//! The contract in Rust, made from `wit/` at the root of the repository. The one place that does.

wasmtime::component::bindgen!({
    path: "../wit",
    world: "plugin",
    imports: { default: async | trappable },
    exports: { default: async },
    additional_derives: [serde::Serialize, serde::Deserialize],
    trappable_error_type: { "takt:crm/types.error" => crate::wasm::state::HostError },
});
