"""Rules about name servers, Services, routes and policies."""
