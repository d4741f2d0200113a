//! The trigger stages of a team.

use crate::domain::{StageId, TeamId, TriggerStage, UserId};
use crate::failure::Disposition;
use crate::lever::{self, Stage};
use crate::service::Error;
use crate::service::tokens::Need;
use crate::service::worker::access_token;
use crate::store::TeamContext;

use super::Connector;

/// Why a trigger stage was not added.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// Lever has no such stage.
    #[error("Lever has no such stage")]
    Unknown,
    /// The team is not connected to Lever.
    #[error("the team is not connected to Lever")]
    NotConnected,
    /// Something failed; trying again may help.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl StageError {
    /// What the edge does about it.
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::Unknown => Disposition::Rejected,
            Self::NotConnected => Disposition::Unprocessable,
            Self::Failed(error) => error.disposition(),
        }
    }
}

impl Connector {
    /// The team with an access token that serves for some minutes, if it is connected.
    ///
    /// # Errors
    /// When the table or Lever's OAuth fails.
    pub async fn ready_team(&self, team: &TeamId) -> Result<Option<TeamContext>, Error> {
        self.tokens.ready_team(team, Need::Fresh).await
    }

    /// The team with another access token than the one in `refused`, which Lever has just not accepted.
    ///
    /// # Errors
    /// [`Error::Waiting`] when Lever no longer accepts the connection at all, which is then on record;
    /// otherwise when the table or Lever's OAuth fails.
    pub async fn renew_access(&self, refused: &TeamContext) -> Result<Option<TeamContext>, Error> {
        let need = access_token(refused).map_or(Need::Fresh, Need::Replace);
        self.tokens.ready_team(&refused.team.id, need).await
    }

    /// The stages of the team's Lever account, in Lever's order.
    ///
    /// # Errors
    /// When the team is not connected or Lever fails.
    pub async fn lever_stages(&self, team: &TeamId) -> Result<Vec<Stage>, StageError> {
        let context = self.ready_team(team).await?.ok_or(StageError::NotConnected)?;
        let api = self.lever_api(&context).ok_or(StageError::NotConnected)?;
        let read = match api.stages().await {
            Err(lever::Error::Unauthorized) => {
                let renewed = self.renew_access(&context).await?.ok_or(StageError::NotConnected)?;
                let api = self.lever_api(&renewed).ok_or(StageError::NotConnected)?;
                api.stages().await
            }
            read => read,
        };
        read.map_err(|error| StageError::Failed(error.into()))
    }

    /// Adds trigger stages; each has to exist in Lever. None is added if one does not.
    ///
    /// # Errors
    /// When one does not exist, the team is not connected, or something fails.
    pub async fn add_trigger_stages(
        &self,
        team: &TeamId,
        stages: &[StageId],
        added_by: &UserId,
    ) -> Result<(), StageError> {
        let known = self.lever_stages(team).await?;
        let find = |id: &StageId| known.iter().find(|stage| stage.id == *id).ok_or(StageError::Unknown);
        let found: Vec<&Stage> = stages.iter().map(find).collect::<Result<_, _>>()?;
        for stage in found {
            let trigger = TriggerStage {
                stage: stage.id.clone(),
                text: stage.text.clone(),
                added_at: self.clock.now(),
                added_by: added_by.clone(),
            };
            self.store.record_trigger_stage(team, &trigger).await.map_err(Error::from)?;
        }
        Ok(())
    }

    /// Removes a trigger stage; one that is not there is no error.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn remove_trigger_stage(&self, team: &TeamId, stage: &StageId) -> Result<(), Error> {
        Ok(self.store.remove_trigger_stage(team, stage).await?)
    }
}
