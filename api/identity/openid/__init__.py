"""Sign-in at a provider outside, by OpenID Connect: the authorization code flow with PKCE.

The provider says who somebody is, and by the settings' leave that a second factor was asked for. Which account that is
says the link that its holder made (`api.identity.links`); what the account may say the log alone.

    settings   openid.json and the client's secret
    provider   what is asked over HTTP: discovery, keys, the code's exchange
    tokens     what an ID token has to be
    flow       leaving and coming back
"""
