//! Company rating: asks a service outside how good a company is for its money, and notes it on the company.

use takt_sdk::prelude::*;

/// What an admin can set.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the service is. The capability `http:{server}` is for whatever host stands here.
    server: String,
}

impl Default for Config {
    fn default() -> Self {
        Self { server: "https://ratings.example.com".into() }
    }
}

/// What the service says.
#[derive(Serialize, Deserialize)]
struct Rating {
    grade: String,
}

/// The rule.
pub struct CompanyRating;

impl Plugin for CompanyRating {
    type Config = Config;

    fn manifest() -> Manifest {
        takt_sdk::manifest!()
            .title("Company rating")
            .summary("Asks a rating service about each company with a tax id, and notes the grade.")
            .on(Subscription::to("company.created").when("after.tax_id != null"))
            .on(Subscription::to("company.updated").changed(&["tax_id"]).when("after.tax_id != null"))
            .needs("companies:read", "To see the tax id as it is now.")
            .needs("companies:write", "To note the grade.")
            .needs("http:{server}", "To ask the rating service. It is told the tax id, and nothing else.")
            .needs("secret:rating-key", "The key that the rating service gave you.")
    }

    fn on_event(cx: &Context<Config>, event: &Event) -> Outcome {
        let Some(company) = cx.host.get::<Company>(&event.about.id).optional()? else { return Ok(None) };
        let Some(tax_id) = &company.tax_id else { return Ok(None) };
        let Some(grade) = grade(cx, tax_id)? else { return Ok(None) };
        cx.host.update::<Company>(&company.id, json!({"custom": {"rating": grade}}))?;
        Ok(None)
    }
}

takt_sdk::register!(CompanyRating);

/// What the service says of that company; none where it does not know it.
fn grade(cx: &Context<Config>, tax_id: &str) -> Result<Option<String>, Failure> {
    // A tax id may have whatever somebody typed: in a path, only what needs no escape is passed on.
    if !tax_id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(None);
    }
    let url = format!("{}/companies/{tax_id}", cx.config.server);
    let answer = cx.host.http_send(HttpRequest::get(url).bearer("rating-key"))?;
    match answer.status {
        200 => Ok(Some(answer.json::<Rating>()?.grade)),
        404 => Ok(None),
        // The service is busy, or broken: not before a minute.
        429 | 500.. => Err(Failure::Retry(Some(60))),
        status => Err(Failure::permanent(format!("the rating service answered {status}: {}", answer.body))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A company whose tax id the service answers so.
    fn rated(status: u16, body: Value) -> (Trial<CompanyRating>, Company) {
        let trial = Trial::<CompanyRating>::new();
        trial.answers(move |_| Ok(HttpResponse::of(status, &body)));
        let company = Company { id: "c1".into(), tax_id: Some("DE811234567".into()), ..Company::default() };
        trial.create(&Actor::System("import".into()), company);
        let company = trial.get("c1").unwrap();
        (trial, company)
    }

    #[test]
    fn the_grade_is_noted() {
        let (trial, company) = rated(200, json!({"grade": "B"}));
        assert_eq!(company.custom.get("rating"), Some(&json!("B")));
        let asked = trial.asked();
        assert_eq!(asked[0].url, "https://ratings.example.com/companies/DE811234567");
        assert_eq!(asked, [HttpRequest::get(asked[0].url.clone()).bearer("rating-key")]);
    }

    #[test]
    fn a_company_that_is_not_known_is_left_as_it_is() {
        let (trial, company) = rated(404, json!({}));
        assert_eq!((company.custom.get("rating"), trial.failures()), (None, vec![]));
    }

    #[test]
    fn a_service_that_is_busy_is_asked_again_later() {
        let (trial, _) = rated(503, json!({}));
        assert_eq!(trial.failures(), [Failure::Retry(Some(60))]);
    }

    #[test]
    fn a_key_that_is_wrong_is_told_to_admins() {
        let (trial, _) = rated(401, json!("no"));
        assert_eq!(trial.failures(), [Failure::permanent("the rating service answered 401: \"no\"")]);
    }

    #[test]
    fn the_host_that_is_set_is_asked() {
        let trial = Trial::<CompanyRating>::with(json!({"server": "https://other.example.com:8443/v1"}));
        trial.answers(|_| Ok(HttpResponse::of(200, &json!({"grade": "A"}))));
        let company = Company { id: "c1".into(), tax_id: Some("1".into()), ..Company::default() };
        trial.create(&Actor::System("import".into()), company);
        assert_eq!(trial.asked()[0].url, "https://other.example.com:8443/v1/companies/1");
    }
}
