# SPDX-License-Identifier: MIT-0
"""Operations that few programs have; the core imports them where they are used."""
