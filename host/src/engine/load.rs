//! Loads what the engine keeps in memory: the plugins and the organisation.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use super::Engine;
use super::catalogue::{Catalogue, Code, Hook, Installed};
use crate::crm::custom::CustomFields;
use crate::crm::custom_field::CustomField;
use crate::crm::kind::Kind;
use crate::crm::organisation::Organisation;
use crate::crm::query::Query;
use crate::plugins::condition::Condition;
use crate::plugins::config;
use crate::plugins::schedule::cron;
use crate::store::StoreError;
use crate::store::plugin::PluginRow;
use crate::wasm::call::{Budgets, Installation};
use crate::wasm::manifest::Manifest;

impl Engine {
    /// Reads the plugins anew, where the store has others than memory.
    ///
    /// # Errors
    /// The store's.
    pub async fn reload(&self) -> Result<(), StoreError> {
        let (rows, number) = self.0.store.plugin_list().await?;
        let known = self.catalogue();
        if number == known.number() {
            return Ok(());
        }
        let mut plugins = Vec::with_capacity(rows.len());
        for row in rows {
            let unchanged = known.get(&row.name).filter(|plugin| plugin.row == row);
            plugins.push(match unchanged {
                Some(plugin) => Installed::clone(plugin),
                None => self.load(row, known.as_ref()).await?,
            });
        }
        let mut webhooks = Vec::new();
        for row in self.0.store.webhook_list().await? {
            let condition = row.condition.as_deref().map(Condition::compile).transpose();
            let condition = condition
                .map_err(|error| StoreError(format!("webhook {}: its condition is damaged: {error}", row.id)))?;
            webhooks.push(Hook { row: Arc::new(row), condition });
        }
        let loaded = Arc::new(Catalogue::new(number, plugins, webhooks));
        let mut catalogue = self.0.catalogue.write().unwrap_or_else(PoisonError::into_inner);
        if catalogue.number() < number {
            *catalogue = loaded;
        }
        drop(catalogue);
        self.0.wake.notify_one();
        Ok(())
    }

    /// A plugin that cannot be loaded as it is stored is there all the same, and says why when it is woken.
    async fn load(&self, row: PluginRow, known: &Catalogue) -> Result<Installed, StoreError> {
        let damaged =
            |what: &str, error: String| StoreError(format!("plugin {}: its {what} is damaged: {error}", row.name));
        let manifest: Manifest =
            serde_json::from_value(row.manifest.clone()).map_err(|error| damaged("manifest", error.to_string()))?;
        let budgets: Budgets =
            serde_json::from_value(row.budgets.clone()).map_err(|error| damaged("budgets", error.to_string()))?;
        let condition = |text: &Option<String>| {
            text.as_deref().map(Condition::compile).transpose().map_err(|error| damaged("condition", error.to_string()))
        };
        let conditions = conditions(&manifest).map_err(|error| damaged("condition", error))?;
        let config = config::complete(&manifest.config_schema, &row.config);
        let schedules = manifest
            .schedules
            .iter()
            .map(|schedule| match cron(schedule, &config) {
                Ok(cron) => Ok((schedule.name.clone(), cron)),
                Err(error) => Err(damaged("schedule", format!("{error}"))),
            })
            .collect::<Result<_, _>>()?;
        let manifest = Arc::new(manifest);
        let installation = Installation {
            manifest: manifest.clone(),
            config: config.to_string().into(),
            grants: effective_grants(&manifest, &row.grants),
            budgets,
        };
        let mut installed = Installed {
            code: self.code(&row, known).await?,
            condition: condition(&row.condition)?,
            conditions,
            schedules,
            config,
            installation: Arc::new(installation),
            manifest,
            shadow: None,
            row,
        };
        installed.shadow = self.load_shadow(&installed).await?;
        Ok(installed)
    }

    async fn code(&self, row: &PluginRow, known: &Catalogue) -> Result<Code, StoreError> {
        if let Some(rule) = self.0.native.get(&row.name) {
            return Ok(Code::Native(rule.clone()));
        }
        if let Some(same) = known.iter().find(|plugin| plugin.row.release == row.release) {
            return Ok(same.code.clone());
        }
        let Some(component) = self.0.store.release_read(&row.release).await? else {
            return Ok(Code::Broken(format!("release {} is not in the store", row.release)));
        };
        match self.0.runtime.compile(component.into()).await {
            Ok(component) => Ok(Code::Component(component)),
            Err(error) => {
                tracing::error!(plugin = %row.name, release = %row.release, %error, "failed to load a plugin");
                Ok(Code::Broken(error.to_string()))
            }
        }
    }

    /// Reads anew what holds for everything that is done: the organisation, and the fields that it has declared.
    pub(super) async fn reload_settings(&self) -> Result<(), StoreError> {
        let declared = self.unit().find_all(Query::of(Kind::CustomField, 200)).await;
        let declared = declared.map_err(|error| StoreError(error.to_string()))?;
        let declared = declared.iter().filter_map(|record| record.entity::<CustomField>().ok());
        let custom = Arc::new(CustomFields::of(declared));
        *self.0.custom.write().unwrap_or_else(PoisonError::into_inner) = custom;
        let found = self.0.store.record_find(&Query::of(Kind::Organisation, 1), &[]).await?.records.pop();
        let Some(record) = found else { return Ok(()) };
        let organisation = record.entity::<Organisation>().map_err(|error| StoreError(error.to_string()))?;
        *self.0.organisation.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(organisation);
        Ok(())
    }
}

/// What was granted and is asked for: a grant may wait for a release that is not in use yet, or no more.
fn effective_grants(manifest: &Manifest, granted: &[String]) -> BTreeSet<String> {
    granted.iter().filter(|grant| manifest.asks_for(grant)).cloned().collect()
}

/// The conditions of a manifest's subscriptions, in its order.
pub(super) fn conditions(manifest: &Manifest) -> Result<Vec<Option<Condition>>, String> {
    let compile = |text: &String| Condition::compile(text).map_err(|error| error.to_string());
    manifest.subscriptions.iter().map(|subscription| subscription.when.as_ref().map(compile).transpose()).collect()
}
