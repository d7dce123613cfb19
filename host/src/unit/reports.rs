//! Reports: what is asked in days and departments, told to the store in moments and users, and its answer with titles.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use chrono_tz::Tz;

use super::records::entity;
use super::{Result, Unit};
use crate::crm::department::{self, Department};
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::invalid::Invalid;
use crate::crm::kind::Kind;
use crate::crm::pipeline::{Outcome, Pipeline, Stage};
use crate::crm::query::{Query, Test};
use crate::crm::report::{Days, Figures, Funnel, FunnelStage, Group, Report, ReportQuery, Row};
use crate::crm::user::User;
use crate::crm::zone;
use crate::store::report::{FigureQuery, Place};

/// The days, people and pipelines that a query is about.
struct Frame {
    zone: Tz,
    days: Days,
    users: Option<Vec<Id>>,
    pipelines: Vec<(Id, Pipeline)>,
}

impl Frame {
    /// What the store is asked about these days.
    fn query(&self, query: &ReportQuery, days: Days, now: Instant) -> FigureQuery {
        let midnight = |day: NaiveDate| zone::reached(day.and_time(NaiveTime::MIN), self.zone);
        let places = |(pipeline, of): &(Id, Pipeline)| {
            let place = |(stage, order): (&Stage, i64)| Place {
                pipeline: *pipeline,
                key: stage.key.clone(),
                order,
                outcome: stage.outcome,
            };
            of.stages.iter().zip(0_i64..).map(place).collect::<Vec<_>>()
        };
        FigureQuery {
            from: midnight(days.from),
            to: midnight(days.to + TimeDelta::days(1)),
            first: days.from.to_string(),
            last: days.to.to_string(),
            now,
            by: query.by,
            users: self.users.clone(),
            source: query.source.clone(),
            pipeline: query.pipeline,
            stages: self.pipelines.iter().flat_map(places).collect(),
        }
    }
}

impl Unit {
    /// The report, of what these users are responsible for where `within` names them.
    ///
    /// # Errors
    /// `Invalid` for a period that is none, `NotFound` for a user, department or pipeline that is not there.
    pub async fn report(&mut self, query: &ReportQuery, within: Option<&[Id]>) -> Result<Report> {
        let frame = self.frame(query, within).await?;
        let mut report = self.one_report(query, &frame, frame.days).await?;
        if query.compare {
            report.before = Some(Box::new(self.one_report(query, &frame, frame.days.before()).await?));
        }
        Ok(report)
    }

    /// What holds for all that is asked of the store for one query.
    async fn frame(&mut self, query: &ReportQuery, within: Option<&[Id]>) -> Result<Frame> {
        let zone = self.organisation().await?.time_zone;
        let days = query.days(zone::clock(self.now(), zone).date())?;
        let users = self.responsible(query, within).await?;
        Ok(Frame { zone, days, users, pipelines: self.pipelines().await? })
    }

    async fn one_report(&mut self, query: &ReportQuery, frame: &Frame, days: Days) -> Result<Report> {
        let asked = frame.query(query, days, self.now());
        let over_all = FigureQuery { by: Group::None, ..asked.clone() };
        let grouped = async {
            if query.by == Group::None { Ok(BTreeMap::new()) } else { self.store.report_figures(&asked).await }
        };
        let (mut total, found) = tokio::try_join!(self.store.report_figures(&over_all), grouped)?;
        let total = total.remove(&None).unwrap_or_default();
        let groups = self.titled(query.by, found).await?;
        Ok(Report { from: days.from, to: days.to, total, groups, before: None })
    }

    /// How far the deals came that were made in the period, pipeline by pipeline.
    ///
    /// # Errors
    /// As [`Unit::report`].
    pub async fn funnel(&mut self, query: &ReportQuery, within: Option<&[Id]>) -> Result<Vec<Funnel>> {
        let frame = self.frame(query, within).await?;
        let reached = self.store.report_funnel(&frame.query(query, frame.days, self.now())).await?;
        let wanted =
            frame.pipelines.into_iter().filter(|(id, _)| query.pipeline.is_none_or(|pipeline| pipeline == *id));
        let funnel = |(id, pipeline): (Id, Pipeline)| {
            let here = || reached.iter().filter(|reached| reached.pipeline == id);
            let stages = pipeline.stages.iter().zip(0_i64..).filter(|(stage, _)| stage.outcome != Outcome::Lost);
            let stages = stages.map(|(stage, order)| FunnelStage {
                key: stage.key.clone(),
                title: stage.title.clone(),
                reached: here().filter(|reached| reached.order >= order).map(|reached| reached.deals).sum(),
            });
            Funnel {
                pipeline: id,
                title: pipeline.title.clone(),
                stages: stages.collect(),
                lost: here().map(|reached| reached.lost).sum(),
            }
        };
        Ok(wanted.map(funnel).collect())
    }

    /// The users whose work is told of; none where it is everybody's, and what is nobody's, too.
    async fn responsible(&mut self, query: &ReportQuery, within: Option<&[Id]>) -> Result<Option<Vec<Id>>> {
        let mut users: Option<Vec<Id>> = within.map(<[Id]>::to_vec);
        let mut only = |some: Vec<Id>| match &mut users {
            Some(users) => users.retain(|user| some.contains(user)),
            None => users = Some(some),
        };
        if let Some(user) = query.user {
            self.get::<User>(user).await?;
            only(vec![user]);
        }
        if let Some(department) = query.department {
            self.get::<Department>(department).await?;
            only(self.people_below(department).await?);
        }
        if let Some(pipeline) = query.pipeline {
            self.get::<Pipeline>(pipeline).await?;
        }
        Ok(users)
    }

    async fn people_below(&mut self, top: Id) -> Result<Vec<Id>> {
        let mut departments = Vec::new();
        for record in self.find_all(Query::of(Kind::Department, 200)).await? {
            departments.push((record.id, entity::<Department>(&record)?));
        }
        let below = department::below(&departments, top);
        let below = below.into_iter().map(|id| id.to_string().into()).collect();
        let people = self.find_all(Query::of(Kind::User, 200).with("department", Test::In(below))).await?;
        Ok(people.iter().map(|record| record.id).collect())
    }

    async fn pipelines(&mut self) -> Result<Vec<(Id, Pipeline)>> {
        let found = self.find_all(Query::of(Kind::Pipeline, 200)).await?;
        found.iter().map(|record| Ok((record.id, entity(record)?))).collect()
    }

    /// Groups with what they are called, those with nothing to tell of left out, in the order of their titles; what
    /// belongs to none comes last.
    async fn titled(&mut self, by: Group, found: BTreeMap<Option<String>, Figures>) -> Result<Vec<Row>> {
        let mut rows = Vec::with_capacity(found.len());
        for (key, figures) in found.into_iter().filter(|(_, figures)| *figures != Figures::default()) {
            let title = match (&key, by) {
                (Some(key), Group::User | Group::Department | Group::Pipeline) => self.title_of(by, key).await?,
                _ => key.clone(),
            };
            rows.push(Row { key, title, figures });
        }
        rows.sort_by_key(|row| (row.key.is_none(), row.title.clone()));
        Ok(rows)
    }

    async fn title_of(&mut self, by: Group, id: &str) -> Result<Option<String>> {
        let id: Id = id.parse().map_err(|_| Invalid::field("", "a stored link is no id"))?;
        let found = self.store.record_read(&[id]).await?.pop();
        let field = if by == Group::User { "name" } else { "title" };
        Ok(found.and_then(|record| record.data.get(field)?.as_str().map(ToOwned::to_owned)))
    }
}
