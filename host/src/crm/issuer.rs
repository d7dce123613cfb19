//! Who the organisation is on its papers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::invalid::Invalid;
use super::text;

/// How many bytes a picture may have.
pub const PICTURE: usize = 128 * 1024;

/// What the organisation's papers say of it. A company's `billing` has fields of the same names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssuerDetails {
    /// Its name in the register.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_name: Option<String>,
    /// Its tax id, as papers show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_id: Option<String>,
    /// Where it has its seat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Its account: IBAN, or number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_account: Option<String>,
    /// The account's bank, with its code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank: Option<String>,
    /// Who signs, with the office.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signatory: Option<String>,
    /// At the head of papers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<Picture>,
    /// Beside the signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<Picture>,
    /// The signatory's hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Picture>,
}

/// A picture for papers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Picture {
    /// What it is.
    pub format: PictureFormat,
    /// Base64 (RFC 4648, section 4) of at most 128 KiB.
    #[schema(max_length = 174_764)]
    pub data: String,
}

/// What a picture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PictureFormat {
    /// PNG.
    Png,
    /// SVG.
    Svg,
}

impl PictureFormat {
    /// The end of a file's name.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Svg => "svg",
        }
    }
}

impl IssuerDetails {
    /// The pictures that there are, by name.
    pub fn pictures(&self) -> impl Iterator<Item = (&'static str, &Picture)> {
        let all = [("logo", &self.logo), ("stamp", &self.stamp), ("signature", &self.signature)];
        all.into_iter().filter_map(|(name, picture)| Some((name, picture.as_ref()?)))
    }

    /// Cleans and checks them. `at` is their JSON Pointer.
    pub(super) fn admit(&mut self, at: &str, invalid: &mut Invalid) {
        for (name, value) in [
            ("legal_name", &mut self.legal_name),
            ("tax_id", &mut self.tax_id),
            ("address", &mut self.address),
            ("bank_account", &mut self.bank_account),
            ("bank", &mut self.bank),
            ("signatory", &mut self.signatory),
        ] {
            text::optional_line(value, &format!("{at}/{name}"), invalid);
        }
        for (name, picture) in self.pictures() {
            if let Some(fault) = picture.fault() {
                invalid.note(format!("{at}/{name}/data"), fault);
            }
        }
    }
}

impl Picture {
    /// Its bytes; none where the text is no base64.
    #[must_use]
    pub fn bytes(&self) -> Option<Vec<u8>> {
        STANDARD.decode(&self.data).ok()
    }

    fn fault(&self) -> Option<String> {
        let Some(bytes) = self.bytes() else { return Some("must be base64".to_owned()) };
        if bytes.len() > PICTURE {
            return Some("must not be larger than 128 KiB".to_owned());
        }
        let is_so = match self.format {
            PictureFormat::Png => bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
            PictureFormat::Svg => std::str::from_utf8(&bytes).is_ok_and(|text| text.contains("<svg")),
        };
        (!is_so).then(|| format!("is not {}", self.format.extension().to_ascii_uppercase()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::crm::kind::Kind;
    use crate::crm::testing::{admitted, refused};

    fn organisation(issuer: serde_json::Value) -> serde_json::Value {
        json!({"name": "ACME", "issuer": issuer})
    }

    #[test]
    fn pictures_are_what_they_say() {
        let png = STANDARD.encode(b"\x89PNG\r\n\x1a\n...");
        let svg = STANDARD.encode("<svg xmlns='http://www.w3.org/2000/svg'/>");
        let right = json!({"legal_name": "  ACME  GmbH ", "logo": {"format": "svg", "data": svg},
            "stamp": {"format": "png", "data": png}});
        let kept = admitted(Kind::Organisation, None, organisation(right));
        assert_eq!(kept["issuer"]["legal_name"], "ACME GmbH");
        let large = STANDARD.encode([b"\x89PNG\r\n\x1a\n".to_vec(), vec![0; PICTURE]].concat());
        for (format, data) in [("png", svg.as_str()), ("svg", &png), ("png", "no base64!"), ("png", &large)] {
            let wrong = json!({"signature": {"format": format, "data": data}});
            assert_eq!(refused(Kind::Organisation, None, organisation(wrong)), ["/issuer/signature/data"], "{format}");
        }
    }
}
