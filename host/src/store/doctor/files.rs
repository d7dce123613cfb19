//! What is named by its digest: components in the database, and files of records beside it.

use std::path::Path;

use super::patient::Patient;
use super::{Check, Checked, Result};
use crate::store::attachment;
use crate::store::digest::hex_digest;

const COMPONENTS: Check = Check {
    name: "components",
    holds: "each component is the one that its digest names",
    remedy: "delete the row and upload the same component again: `takt plugin install FILE`",
};
const FILES: Check = Check {
    name: "files",
    holds: "the file of each attachment is there, and is the one that its digest names",
    remedy: "take the file back from a backup into `attachments/`, or take it away from the record",
};

/// Looks at all components.
pub async fn components(patient: &mut Patient) -> Result<Checked> {
    let component = match patient {
        Patient::Sqlite(_) => "hex(component)",
        Patient::Postgres(_) => "encode(component, 'hex')",
    };
    let mut found = Vec::new();
    // Rules that are compiled into the host have no component.
    let digests = "SELECT digest FROM \"release\" WHERE digest NOT LIKE 'native:%' ORDER BY digest";
    for digest in patient.column(digests).await? {
        let quoted = digest.replace('\'', "''");
        let statement = format!("SELECT {component} FROM \"release\" WHERE digest = '{quoted}'");
        let bytes = patient.one(statement).await?.map(|hex| bytes(&hex)).unwrap_or_default();
        if hex_digest(&bytes) != digest {
            found.push(format!("release {digest}"));
        }
    }
    Ok(COMPONENTS.ended(found))
}

/// Looks at all files of records.
pub async fn attachments(patient: &mut Patient, folder: &Path) -> Result<Checked> {
    let mut found = Vec::new();
    for digest in patient.column("SELECT DISTINCT digest FROM attachment ORDER BY digest").await? {
        let path = attachment::place(folder, &digest);
        let wrong = match tokio::fs::read(&path).await {
            Ok(bytes) if hex_digest(&bytes) == digest => continue,
            Ok(_) => "holds something else".to_owned(),
            Err(error) => format!("can't be read: {error}"),
        };
        let quoted = digest.replace('\'', "''");
        let whose = format!("SELECT kind || ' ' || record || ', ' || name FROM attachment WHERE digest = '{quoted}'");
        // It may have been taken away since: nobody's file is nobody's loss.
        let whose = patient.column(whose).await?;
        found.extend(whose.iter().map(|whose| format!("{whose}: {} {wrong}", path.display())));
    }
    Ok(FILES.ended(found))
}

/// The bytes that hexadecimal digits stand for.
fn bytes(hex: &str) -> Vec<u8> {
    let digit = |digit: u8| char::from(digit).to_digit(16).unwrap_or_default() as u8;
    hex.as_bytes().chunks(2).map(|pair| pair.iter().fold(0, |byte, half| byte << 4 | digit(*half))).collect()
}
