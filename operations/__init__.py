"""Operations on a lab, its plan and what runs: pure functions behind the commands of `homelab`."""
