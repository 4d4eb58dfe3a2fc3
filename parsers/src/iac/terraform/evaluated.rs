//! The seam between evaluating a module and understanding what it describes: resources in Terraform's own names.

use lamlint_model::ResourceId;
use lamlint_model::app::{Anchor, ApplicationId};
use lamlint_model::tree::Tree;
use lamlint_model::tri::Guards;
use smol_str::SmolStr;

/// One instance of a resource or data source, evaluated, with Terraform's names. Modules and plans both end here.
#[derive(Debug, Clone)]
pub(crate) struct Evaluated {
    /// Its number, reserved before anything is evaluated: references to what only AWS knows are
    /// `Value::Of(id, attribute)`.
    pub(crate) id: ResourceId,
    /// Whether it is a data source.
    pub(crate) data: bool,
    /// Its type: `aws_sqs_queue`.
    pub(crate) type_name: SmolStr,
    /// Its label with the key of its instance where there is one, and the modules it stands in: `jobs`,
    /// `jobs["eu"]`, `orders.jobs`.
    pub(crate) name: SmolStr,
    /// The header of its block, and its full address (`module.orders.aws_sqs_queue.jobs["eu"]`).
    pub(crate) anchor: Anchor,
    /// The conditions it exists under (`count = var.enabled ? 1 : 0`).
    pub(crate) guards: Guards,
    /// Its arguments; a nested block is a list of maps under the block's name, as providers see it.
    pub(crate) props: Tree,
    /// The index of its module instance in `App::templates`.
    pub(crate) template: u32,
    /// The directory paths in its arguments start from: that of its root module, relative to the root of the run.
    /// `path.module` is text relative to it.
    pub(crate) dir: String,
    /// The application: one root module with all it calls.
    pub(crate) application: ApplicationId,
    /// Whether another use of the same module has shown it already.
    pub(crate) repeated: bool,
}
