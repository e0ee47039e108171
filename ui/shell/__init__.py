"""The frame around every screen: window, navigation rail, top bar."""
