"""From a manifest to a cluster: expand, bind to parts, place, wire, feed, cool, address."""
