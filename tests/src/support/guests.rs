//! Components to try the sandbox with, built when a test first asks for them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, LazyLock};

const TARGET: &str = "wasm32-wasip2";

/// The plugin that misbehaves.
pub fn hostile() -> Arc<[u8]> {
    static BUILT: LazyLock<Arc<[u8]>> = LazyLock::new(|| build("hostile").into());
    BUILT.clone()
}

/// A plugin that is built for the first released contract.
pub fn frozen() -> Arc<[u8]> {
    static BUILT: LazyLock<Arc<[u8]>> = LazyLock::new(|| build("frozen").into());
    BUILT.clone()
}

/// The plugin that misbehaves, altered.
pub fn patched(from: &str, to: &str) -> Arc<[u8]> {
    altered(&hostile(), from, to).into()
}

/// The example that calls a service.
pub fn company_rating() -> Arc<[u8]> {
    static BUILT: LazyLock<Arc<[u8]>> = LazyLock::new(|| build("company-rating").into());
    BUILT.clone()
}

/// A plugin that the host carries.
pub fn component(name: &str) -> &'static [u8] {
    takt::bundled::components().iter().find(|(given, _)| *given == name).unwrap().1
}

/// A component with other bytes in the place of these, as long as they are, wherever they stand.
pub fn altered(component: &[u8], from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = component.to_vec();
    let places: Vec<usize> =
        bytes.windows(from.len()).enumerate().filter(|(_, part)| *part == from.as_bytes()).map(|(at, _)| at).collect();
    assert!(!places.is_empty(), "there is no `{from}` in the component");
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    }
    bytes
}

/// A component that exports an empty rule, beside what the text says.
pub fn written(rest: &str) -> Arc<[u8]> {
    let text = format!(
        r#"(component {rest} (component $c) (instance $rule (instantiate $c))
            (export "takt:crm/rule@0.1.1" (instance $rule)))"#
    );
    wat::parse_str(&text).unwrap().into()
}

fn build(package: &str) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let target = target_dir().join("guests");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(root).args(["build", "--locked", "--target", TARGET, "--profile", "guest", "--package", package]);
    cargo.arg("--target-dir").arg(&target);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        let kept = matches!(name.as_str(), "CARGO_HOME" | "CARGO_NET_OFFLINE");
        if name.starts_with("CARGO") && !kept || name.starts_with("RUSTC") || name == "RUSTFLAGS" {
            cargo.env_remove(&name);
        }
    }
    let output = cargo.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::read(target.join(TARGET).join("guest").join(format!("{}.wasm", package.replace('-', "_")))).unwrap()
}

fn target_dir() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.ancestors().find(|dir| dir.join("CACHEDIR.TAG").is_file()).unwrap().to_owned()
}
