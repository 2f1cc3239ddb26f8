//! How a package, or a feature of one, came into a build.

use super::resolve::{Node, Origin};
use super::{Project, Resolved};
use crate::finding::Package;

/// One step of a dependency path, from the user's own package towards the one that is explained.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dependent {
    /// The package.
    pub package: Package,
    /// The features of it that lead to the next step, each turned on by the one before; for the last
    /// step, the feature that is explained. Empty where it is there without any.
    pub features: Vec<String>,
}

impl Resolved {
    /// A shortest way from a root to a package, or to a feature of it, both ends included. Empty for what
    /// is not built.
    #[must_use]
    pub fn path(&self, project: &Project, package: usize, feature: Option<&str>) -> Vec<Dependent> {
        let mut nodes = Vec::new();
        let mut next = Some(Node {
            package,
            feature: feature.map(str::to_owned),
        });
        while let Some(node) = next {
            next = self.before(&node);
            // Only a broken graph could lead in a circle; every step is nearer to a root.
            if nodes.contains(&node) {
                break;
            }
            nodes.push(node);
        }
        nodes.reverse();
        let mut steps: Vec<(usize, Dependent)> = Vec::new();
        for node in nodes {
            if self.origin(node.package, None).is_none() {
                return Vec::new();
            }
            match steps.last_mut() {
                Some((at, step)) if *at == node.package => step.features.extend(node.feature),
                _ => steps.push((
                    node.package,
                    Dependent {
                        package: project.packages[node.package].package(),
                        features: node.feature.into_iter().collect(),
                    },
                )),
            }
        }
        steps.into_iter().map(|(_, step)| step).collect()
    }

    fn before(&self, node: &Node) -> Option<Node> {
        match self.origin(node.package, node.feature.as_deref())? {
            Origin::By { package, feature } => Some(Node {
                package: *package,
                feature: feature.clone(),
            }),
            // The package itself is there for a reason of its own.
            Origin::Unified if node.feature.is_some() => Some(Node {
                package: node.package,
                feature: None,
            }),
            Origin::Asked | Origin::Default | Origin::Unified => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Selection, written};
    use super::*;

    fn path(text: &str, to: &str, feature: Option<&str>) -> String {
        let project = written::project(text);
        let resolved = Resolved::new(&project, &Selection::default());
        let to = project.packages.iter().position(|found| found.name == to);
        let steps = resolved.path(&project, to.unwrap(), feature);
        let shown = steps.iter().map(|step| {
            let features = step.features.join(" ");
            format!("{}[{features}]", step.package.name)
        });
        shown.collect::<Vec<_>>().join(" > ")
    }

    const APP: &str = "
        app: web?
        app.default = serve
        app.serve = dep:web
        web: client[-], runtime
        web.default = tls
        web.tls = client/legacy
        client: runtime
        client.legacy = runtime/net
        runtime
        runtime.net = ";

    #[test]
    fn a_feature_has_a_way_of_its_own() {
        assert_eq!(
            path(APP, "runtime", None),
            "app[default serve] > web[] > runtime[]"
        );
        assert_eq!(
            path(APP, "runtime", Some("net")),
            "app[default serve] > web[default tls] > client[legacy] > runtime[net]"
        );
    }

    #[test]
    fn what_is_not_built_has_no_way() {
        let app = APP.replace("app.default = serve", "app.default = ");
        assert_eq!(path(&app, "runtime", None), "");
        assert_eq!(path(&app, "app", None), "app[]");
    }
}
