/// One string for a metric with its dimensions, by which quotas and alarms find each other:
/// `AWS/Usage|ResourceCount|Class=Standard/OnDemand,Resource=vCPU,Service=EC2,Type=Resource`.
///
/// Dimensions are sorted, so that the order in which AWS names them does not matter.
pub fn usage_metric_key<'a>(
    namespace: &str,
    name: &str,
    dimensions: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> String {
    let mut dimensions: Vec<String> =
        dimensions.into_iter().map(|(dimension, value)| format!("{dimension}={value}")).collect();
    dimensions.sort_unstable();
    format!("{namespace}|{name}|{}", dimensions.join(","))
}

#[cfg(test)]
mod tests {
    use super::usage_metric_key;

    #[test]
    fn the_order_of_dimensions_does_not_matter() {
        let one = usage_metric_key("AWS/Usage", "ResourceCount", [("Service", "EC2"), ("Class", "None")]);
        let other = usage_metric_key("AWS/Usage", "ResourceCount", [("Class", "None"), ("Service", "EC2")]);
        assert_eq!(one, "AWS/Usage|ResourceCount|Class=None,Service=EC2");
        assert_eq!(one, other);
    }
}
