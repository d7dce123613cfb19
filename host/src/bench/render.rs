//! Papers: an invoice of ten lines, made by a process that is warm.

use std::time::{Duration, Instant as Stopwatch};

use anyhow::{Context, Result};

use super::figures::Figures;
use crate::crm::document::DocumentKind;
use crate::crm::instant::Instant;
use crate::crm::kind::Kind;
use crate::crm::organisation::Organisation;
use crate::crm::template::{Language, Template};
use crate::documents::Renderer;
use crate::documents::choose::SHIPPED;
use crate::documents::paper::{Desk, preview_sample};

/// Papers that are made before the clock runs.
const WARM: u32 = 20;
/// Papers that are measured.
const MEASURED: u32 = 200;

/// From the job to the PDF, one after the other; each paper has another number and other lines than the one before.
///
/// # Errors
/// Where a paper can't be made.
pub async fn measure() -> Result<Figures> {
    let shipped = SHIPPED.iter().find(|it| (it.document_kind, it.language) == (DocumentKind::Invoice, Language::Ru));
    let template = Template {
        name: "Invoice".to_owned(),
        document_kind: DocumentKind::Invoice,
        deal_kind: None,
        fills_from: Kind::Invoice,
        language: Language::Ru,
        source: shipped.context("no invoice ships with the host")?.source.to_owned(),
        default: false,
    };
    let renderer = Renderer::of_this_program();
    let organisation = Organisation::default();
    let mut times = Vec::new();
    for number in 0..WARM + MEASURED {
        // Nothing of a paper is the one before it: what Typst remembers of that helps with the template alone.
        let day = Instant::default() + Duration::from_secs(86_400 * u64::from(number));
        let mut job =
            preview_sample(&template, 10, &Desk { organisation: &organisation, now: day, language: None }).job;
        job.data["number"] = format!("2026-{number:04}").into();
        for line in job.data["items"].as_array_mut().into_iter().flatten() {
            line["title"] = format!("{} {number}", line["title"].as_str().unwrap_or_default()).into();
        }
        let begun = Stopwatch::now();
        renderer.render(&job).await?;
        if number >= WARM {
            times.push(begun.elapsed());
        }
    }
    Ok(Figures::of(times))
}
