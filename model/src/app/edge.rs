//! Functions that run at the edge: those a distribution of `CloudFront` names.
//! Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-cloudfront-distribution-lambdafunctionassociation.html>

use super::{App, Resource, ResourceId};
use crate::tree::Tree;
use crate::tri::{Basis, Evidence, Guards, Proof};

const DISTRIBUTION: &str = "AWS::CloudFront::Distribution";

/// A function that certainly runs at the edge.
#[derive(Debug, Clone)]
pub struct Edge {
    /// The function.
    pub function: ResourceId,
    /// The conditions of the template under which the distribution names it.
    pub guards: Guards,
    /// The distribution's association.
    pub proof: Proof,
}

impl App {
    /// The functions at the edge, once for each association.
    pub fn edges(&self) -> Vec<Edge> {
        let mut out = Vec::new();
        for r in self.resources.iter().filter(|r| r.type_name == DISTRIBUTION) {
            let config = r.props.get("DistributionConfig");
            self.associated(r, &config.get("DefaultCacheBehavior"), &Guards::none(), &mut out);
            for (behaviour, guards) in config.get("CacheBehaviors").items().0 {
                self.associated(r, &behaviour, &guards, &mut out);
            }
        }
        out
    }

    fn associated(&self, by: &Resource, behaviour: &Tree, outer: &Guards, out: &mut Vec<Edge>) {
        for (association, inner) in behaviour.get("LambdaFunctionAssociations").items().0 {
            let named = association.get("LambdaFunctionARN").values();
            for a in named.alts().iter().filter(|a| a.basis == Basis::Written) {
                let guards = outer.and(&inner).and_then(|g| g.and(&a.guards)).and_then(|g| g.and(&by.guards));
                let (Some(value), Some(guards)) = (&a.value, guards) else { continue };
                let Some((function, _)) = self.function_named(by.application, value) else { continue };
                let note = format!("`{}` runs it at the edge", by.name);
                let proof = Proof::single(Evidence::new(a.span, note, Basis::Written, guards.clone()));
                out.push(Edge { function, guards, proof });
            }
        }
    }
}
